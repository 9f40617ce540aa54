/**
 * `node life.js PACKAGE`: the whole life of two hooks and their secrets with one client, each step as a line of JSON.
 *
 * `HOOKBOX_DOMAIN` is where the daemon listens; `HOOKBOX_TOKEN`, or `HOOKBOX_CLIENT_ID` and `HOOKBOX_CLIENT_SECRET`, is
 * who calls.
 */

import { client } from './client.js';

const { HOOKBOX_DOMAIN: domain, HOOKBOX_TOKEN: token } = process.env;
const { HOOKBOX_CLIENT_ID: clientId, HOOKBOX_CLIENT_SECRET: clientSecret } = process.env;

const hooks = await client(process.argv[2], token ? { domain, token } : { domain, clientId, clientSecret });

function say(step, answer) {
  console.log(JSON.stringify({ step, answer }));
}

async function refused(step, call) {
  try {
    await call;
  } catch (error) {
    const { statusCode, message } = error;
    if (!statusCode) throw error;
    say(step, { status: statusCode, told: message.includes('Hook does not exist') || message.includes('already a hook') });
    return;
  }
  say(step, 'not refused');
}

const body = { name: 'test-hook735', script: 'module.exports = 1', triggerId: 'post-change-password' };
const one = await hooks.create({ ...body, dependencies: { auth0: '2.30.0' } });
say('create', one);
const two = await hooks.create({ ...body, name: 'Second Hook', enabled: false });
say('create another', two);
await refused('create one of the same name', hooks.create(body));
say('list', await hooks.list());
say('get', await hooks.get(one.id));
say('update', await hooks.update(one.id, { name: 'renamed', script: 'module.exports = 2' }));
say('enable the other', await hooks.update(two.id, { enabled: true }));
say('list what is enabled', (await hooks.list({ enabled: true })).map((hook) => hook.name));
say('no secrets', await hooks.secrets(one.id));
await hooks.addSecrets(one.id, { KEY: 'value-1', OTHER: 'value-2' });
say('secrets', await hooks.secrets(one.id));
await hooks.updateSecrets(one.id, { KEY: 'value-3' });
await hooks.removeSecrets(one.id, ['OTHER']);
say('secrets left', await hooks.secrets(one.id));
await hooks.remove(one.id);
await refused('get what is deleted', hooks.get(one.id));
await hooks.remove(two.id);
say('list nothing', await hooks.list());
