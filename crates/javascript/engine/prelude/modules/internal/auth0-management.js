'use strict';

// `auth0`'s ManagementClient as its second and third version have it. One row of ENDPOINTS is one method.
const { call, withCallback } = require('internal/api-call');
const { ArgumentError, ofAnswer } = require('internal/auth0-errors');
const nested = require('qs');
const closed = require('internal/closed');

// Name on the client, name in its group, method, path with `{param}`, what the last argument is (`data` is the body).
const ENDPOINTS = [
  ['getUser', 'users.get', 'GET', '/users/{id}'],
  ['getUsers', 'users.getAll', 'GET', '/users'],
  ['getUsersByEmail', 'users.getByEmail', 'GET', '/users-by-email', 'email'],
  ['createUser', 'users.create', 'POST', '/users', 'data'],
  ['updateUser', 'users.update', 'PATCH', '/users/{id}', 'data'],
  ['updateUserMetadata', 'users.updateUserMetadata', 'PATCH', '/users/{id}', 'user_metadata'],
  ['updateAppMetadata', 'users.updateAppMetadata', 'PATCH', '/users/{id}', 'app_metadata'],
  ['deleteUser', 'users.delete', 'DELETE', '/users/{id}'],
  ['linkUsers', 'users.link', 'POST', '/users/{id}/identities', 'link'],
  ['unlinkUsers', 'users.unlink', 'DELETE', '/users/{id}/identities/{provider}/{user_id}', 'unlink'],
  ['getUserRoles', 'users.getRoles', 'GET', '/users/{id}/roles'],
  ['assignRolestoUser', 'users.assignRoles', 'POST', '/users/{id}/roles', 'data'],
  ['removeRolesFromUser', 'users.removeRoles', 'DELETE', '/users/{id}/roles', 'data'],
  ['getUserPermissions', 'users.getPermissions', 'GET', '/users/{id}/permissions'],
  ['assignPermissionsToUser', 'users.assignPermissions', 'POST', '/users/{id}/permissions', 'data'],
  ['getUserLogs', 'users.logs', 'GET', '/users/{id}/logs'],
  ['getRoles', 'roles.getAll', 'GET', '/roles'],
  ['assignUsersToRole', 'roles.assignUsers', 'POST', '/roles/{id}/users', 'data'],
  ['getClient', 'clients.get', 'GET', '/clients/{client_id}'],
  ['getClients', 'clients.getAll', 'GET', '/clients'],
  ['getConnection', 'connections.get', 'GET', '/connections/{id}'],
  ['getConnections', 'connections.getAll', 'GET', '/connections'],
  ['sendEmailVerification', 'jobs.verifyEmail', 'POST', '/jobs/verification-email', 'data'],
  ['createPasswordChangeTicket', 'tickets.changePassword', 'POST', '/tickets/password-change', 'data'],
  ['createEmailVerificationTicket', 'tickets.verifyEmail', 'POST', '/tickets/email-verification', 'data'],
];

/** Fills the path in and turns what is left of the parameters into a query. */
function addressOf(base, path, params) {
  const rest = Object.assign({}, params);
  const filled = path.replace(/\{(\w+)\}/g, (all, name) => {
    if (!rest[name]) throw new ArgumentError('The ' + name + ' parameter must have a value');
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(value);
  });
  const query = nested.stringify(rest, { arrayFormat: 'repeat' });
  return base + filled + (query && '?' + query);
}

function argumentsOf(kind, args) {
  if (kind === undefined) return { params: args[0] };
  if (kind === 'email') return { params: { email: args[0] } };
  if (kind === 'link') {
    if (!args[0]) throw new ArgumentError('The userId cannot be null or undefined');
    if (typeof args[0] !== 'string') throw new ArgumentError('The userId has to be a string');
    return { params: { id: args[0] }, body: args[1] || {} };
  }
  if (kind === 'unlink') {
    const params = args[0] || {};
    for (const name of ['id', 'user_id', 'provider']) {
      if (!params[name] || typeof params[name] !== 'string') throw new ArgumentError(name + ' field is required');
    }
    return { params };
  }
  const [params, data] = args.length > 1 ? args : [{}, args[0]];
  return { params, body: kind === 'data' ? data : { [kind]: data } };
}

/** Gets a token with the client's id and secret, once a run and client. */
function tokenSource(options) {
  if (options.token) return async () => options.token;
  let token;
  return () => {
    if (!token) token = requestToken(options);
    return token;
  };
}

async function requestToken({ domain, clientId, clientSecret, audience, scope }) {
  const url = 'https://' + domain + '/oauth/token';
  const json = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    audience: audience || 'https://' + domain + '/api/v2/',
  };
  if (scope) json.scope = scope;
  const answer = await call({ method: 'POST', url, json });
  if (answer.status !== 200 || !answer.data) throw ofAnswer(answer, 'POST', url);
  return answer.data.access_token;
}

class ManagementClient {
  constructor(options) {
    if (options === null || typeof options !== 'object') {
      throw new ArgumentError('Management API SDK options must be an object');
    }
    if (!options.domain) throw new ArgumentError('Must provide a domain');
    if (!options.token && !(options.clientId && options.clientSecret)) {
      throw new ArgumentError('Must provide a token, or a clientId and a clientSecret');
    }
    const base = options.baseUrl || 'https://' + options.domain + '/api/v2';
    const token = tokenSource(options);
    const groups = {};
    for (const [name, grouped, method, path, kind] of ENDPOINTS) {
      const run = (...args) => {
        const callback = typeof args[args.length - 1] === 'function' ? args.pop() : undefined;
        return withCallback(send(method, base, path, token, argumentsOf(kind, args), options.headers), callback);
      };
      this[name] = run;
      const [group, member] = grouped.split('.');
      groups[group] = Object.assign(groups[group] || {}, { [member]: run });
    }
    for (const group of Object.keys(groups)) this[group] = closed(groups[group], 'auth0: ManagementClient.' + group);
    this.getAccessToken = (callback) => withCallback(token(), callback);
    return closed(this, 'auth0: ManagementClient');
  }
}

async function send(method, base, path, token, { params, body }, headers) {
  const url = addressOf(base, path, params);
  const answer = await call({
    method,
    url,
    json: body,
    headers: Object.assign({}, headers, { Authorization: 'Bearer ' + (await token()) }),
  });
  if (answer.status < 200 || answer.status > 299) throw ofAnswer(answer, method, url);
  return answer.text === '' ? undefined : answer.data;
}

exports.ManagementClient = ManagementClient;
exports.requestToken = requestToken;
