'use strict';

// The client under every HTTP package: takes login names out of addresses, follows redirects, and says what an answer's
// parts mean. Each hop of a redirect is a call of its own, so that the address of the answer is known and every hop
// counts and is checked.
const http = require('internal/http');
const { URL } = require('internal/url');
const { HeaderList, basic } = require('internal/header-list');
const STATUS_CODES = require('internal/status-codes');
const { coded } = require('internal/coded-error');

/** The most redirects that are followed, whatever a script asks for. */
exports.REDIRECTS_MAX = 5;

const REDIRECTS = [301, 302, 303, 307, 308];
const LOGIN = /^([a-z]+:\/\/)([^/?#@]*)@/i;
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding'];

/**
 * Sends `request`: `{method, url, headers: HeaderList, body, timeoutMs, redirect}` and calls back once with an error or
 * an answer `{status, statusText, headers, method, url, redirects, text(), bytes(), body}`, method and address being
 * those of the last hop. `redirect` is absent (none are followed) or `{max, follows(status, method, headers),
 * method(status, method), keepsBody(status), tooMany(url)}`, all but the first having defaults that do as browsers do, or a
 * function that gives one of both when it comes to it. Gives `{abort()}`, after which nothing is called back.
 */
exports.send = function send(request, callback) {
  const state = { call: null, hops: [], deadline: request.timeoutMs ? Date.now() + request.timeoutMs : 0 };
  start(state, request, callback);
  return {
    abort() {
      state.aborted = true;
      if (state.call) state.call.cancel();
    },
  };
};

/** The same as a promise. */
exports.sendAsync = function sendAsync(request) {
  return new Promise((resolve, reject) =>
    exports.send(request, (error, answer) => (error ? reject(error) : resolve(answer)))
  );
};

function start(state, request, callback) {
  let url = request.url;
  const match = url.includes('@') && LOGIN.exec(url);
  if (match) {
    url = match[1] + url.slice(match[0].length);
    if (!request.headers.has('authorization')) request.headers.set('Authorization', loginOf(match[2]));
  }
  const timeoutMs = state.deadline ? Math.max(1, state.deadline - Date.now()) : undefined;
  const wire = { method: request.method, url, headers: request.headers.toObject(), body: request.body, timeoutMs };
  state.call = http.send(wire, (error, response) => {
    if (state.aborted) return;
    if (error) return callback(error);
    let next;
    try {
      next = redirected(request, url, response, state.hops);
    } catch (failure) {
      return callback(failure);
    }
    if (!next) return callback(null, new Answer(response, request.method, url, state.hops));
    state.hops.push(next.url);
    start(state, next, callback);
  });
}

/** `user:password@` of an address is taken out: the host refuses it there, and it belongs into a header anyway. */
function loginOf(text) {
  const [user, ...password] = text.split(':');
  return basic(decode(user), decode(password.join(':')));
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The request that a redirect asks for, or null where there is none to follow. */
function redirected(request, url, response, hops) {
  const location = response.headers.location;
  if (!location || !REDIRECTS.includes(response.status)) return null;
  const rules = typeof request.redirect === 'function' ? request.redirect() : request.redirect;
  if (!rules) return null;
  if (rules.follows && !rules.follows(response.status, request.method, response.headers)) return null;
  if (hops.length >= Math.min(rules.max, exports.REDIRECTS_MAX)) {
    throw rules.tooMany ? rules.tooMany(url) : tooMany(rules.max);
  }
  const target = new URL(location[0], url);
  const method = (rules.method || browserMethod)(response.status, request.method);
  const headers = new HeaderList(request.headers);
  headers.delete('host');
  const keepsBody = rules.keepsBody ? rules.keepsBody(response.status) : method === request.method;
  if (!keepsBody) BODY_HEADERS.forEach((name) => headers.delete(name));
  const source = new URL(url);
  if (target.host !== source.host || (source.protocol === 'https:' && target.protocol !== 'https:')) {
    for (const name of ['authorization', 'cookie', 'proxy-authorization']) headers.delete(name);
  }
  if (target.hash === '' && source.hash !== '') target.hash = source.hash;
  return Object.assign({}, request, { url: target.href, method, headers, body: keepsBody ? request.body : undefined });
}

function browserMethod(status, method) {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}

function tooMany(max) {
  return coded(
    Error,
    'ERR_FR_TOO_MANY_REDIRECTS',
    'Maximum number of redirects exceeded (' +
      Math.min(max, exports.REDIRECTS_MAX) +
      '; Hookbox follows at most ' +
      exports.REDIRECTS_MAX +
      ')'
  );
}

class Answer {
  constructor(response, method, url, redirects) {
    this.response = response;
    this.method = method;
    this.url = url;
    this.redirects = redirects;
  }

  get status() {
    return this.response.status;
  }
  get statusText() {
    return STATUS_CODES[this.response.status] || '';
  }
  get headers() {
    return this.response.headers;
  }
  get body() {
    return this.response.body;
  }
  text() {
    return this.response.text();
  }
  bytes() {
    return this.response.bytes();
  }
}
