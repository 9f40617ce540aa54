/** The hook calls of each major version of the `auth0` package under the same names. */

/** @param {string} name the package, `auth0-MAJOR` @param {object} options what its `ManagementClient` is made with */
export async function client(name, options) {
  const module = await import(name);
  const { ManagementClient } = module.default ?? module;
  const major = Number(name.replace('auth0-', ''));
  const management = new ManagementClient(options);
  if (major < 4) return older(management.hooks);
  return major === 4 ? wrapped(management.hooks) : newer(management.hooks);
}

/** Versions 2 and 3: parameters and answers as they are on the wire. */
function older(hooks) {
  return {
    create: (hook) => hooks.create(hook),
    list: (filter) => hooks.getAll({ ...filter }),
    get: (id) => hooks.get({ id }),
    update: (id, change) => hooks.update({ id }, change),
    remove: (id) => hooks.delete({ id }),
    secrets: (id) => hooks.getSecrets({ id }),
    addSecrets: (id, secrets) => hooks.addSecrets({ id }, secrets),
    updateSecrets: (id, secrets) => hooks.updateSecrets({ id }, secrets),
    removeSecrets: (id, names) => hooks.removeSecrets({ id }, names),
  };
}

/** Version 4: every answer is in `data`. */
function wrapped(hooks) {
  const data = async (answer) => (await answer).data;
  return {
    create: (hook) => data(hooks.create(hook)),
    list: (filter) => data(hooks.getAll({ ...filter })),
    get: (id) => data(hooks.get({ id })),
    update: (id, change) => data(hooks.update({ id }, change)),
    remove: (id) => hooks.delete({ id }),
    secrets: (id) => data(hooks.getSecrets({ id })),
    addSecrets: (id, secrets) => hooks.addSecrets({ id }, secrets),
    updateSecrets: (id, secrets) => hooks.updateSecrets({ id }, secrets),
    removeSecrets: (id, names) => hooks.deleteSecrets({ id }, names),
  };
}

/** Version 5 and later: lists are walked page by page, and secrets are a client of their own. */
function newer(hooks) {
  return {
    create: (hook) => hooks.create(hook),
    list: async (filter) => {
      const found = [];
      for await (const hook of await hooks.list({ ...filter })) found.push(hook);
      return found;
    },
    get: (id) => hooks.get(id),
    update: (id, change) => hooks.update(id, change),
    remove: (id) => hooks.delete(id),
    secrets: (id) => hooks.secrets.get(id),
    addSecrets: (id, secrets) => hooks.secrets.create(id, secrets),
    updateSecrets: (id, secrets) => hooks.secrets.update(id, secrets),
    removeSecrets: (id, names) => hooks.secrets.delete(id, names),
  };
}
