'use strict';

// `got` in its simple forms: got(url, options), got(options), got.get/post/put/patch/head/delete, got.extend,
// `.json()`, `.text()`, `.buffer()`. Options: method, headers, body, json, form, searchParams (query), prefixUrl
// (baseUrl), username, password (auth), timeout, responseType, resolveBodyOnly, throwHttpErrors, followRedirect,
// maxRedirects. Both styles are read: `json` and `form` as flags of `body` (to version 9) and as the data itself (from
// version 10). Nothing is retried; hooks, streams, paging and cookie jars are not built in.
const client = require('internal/client');
const { HeaderList, basic, joined } = require('internal/header-list');
const { URL, URLSearchParams } = require('internal/url');
const { Buffer } = require('buffer');
const { aboutTls } = require('internal/warn-once');
const { refusalOf, unsupported } = require('internal/coded-error');

const REFUSED = {
  __proto__: null,
  stream: 'leave it out (bodies arrive in one piece)',
  isStream: 'leave it out (bodies arrive in one piece)',
  cookieJar: 'send a Cookie header',
  hooks: 'do the work around the call',
  cache: 'leave it out',
  pagination: 'ask for page after page',
};
const refuse = refusalOf('got', REFUSED);

class RequestError extends Error {
  constructor(message, cause, options) {
    super(message);
    this.name = 'RequestError';
    this.code = (cause && cause.code) || 'ERR_GOT_REQUEST_ERROR';
    Object.defineProperty(this, 'options', { value: options });
  }
}

class HTTPError extends RequestError {
  constructor(response, options) {
    super(
      'Response code ' + response.statusCode + ' (' + response.statusMessage + ')',
      { code: 'ERR_NON_2XX_3XX_RESPONSE' },
      options
    );
    this.name = 'HTTPError';
    this.statusCode = response.statusCode;
    this.statusMessage = response.statusMessage;
    this.body = response.body;
    Object.defineProperty(this, 'response', { value: response });
  }
}

class ParseError extends RequestError {
  constructor(error, response, options) {
    super(error.message + ' in "' + options.url + '"', { code: 'ERR_BODY_PARSE_FAILURE' }, options);
    this.name = 'ParseError';
    Object.defineProperty(this, 'response', { value: response });
  }
}

class TimeoutError extends RequestError {
  constructor(options, cause) {
    super("Timeout awaiting 'request' for " + options.timeoutMs + 'ms', cause, options);
    this.name = 'TimeoutError';
    this.event = 'request';
  }
}

function normalize(input, options) {
  const given =
    typeof input === 'string' || input instanceof URL
      ? Object.assign({}, options, { url: String(input) })
      : Object.assign({}, input, options);
  refuse(given);
  aboutTls('got', Object.assign({}, given, given.https));
  const prefix = given.prefixUrl || given.baseUrl;
  let url = given.url || given.href || given.uri || addressOf(given);
  if (prefix && !/^https?:/i.test(url)) url = String(prefix).replace(/\/?$/, '/') + url.replace(/^\//, '');
  const search = given.searchParams || given.query;
  if (search) {
    const parsed = new URL(url);
    const plain =
      typeof search === 'string' || search instanceof URLSearchParams
        ? search
        : Object.entries(search)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [name, value === null ? '' : String(value)]);
    parsed.search = new URLSearchParams(plain).toString();
    url = parsed.href;
  }
  const timeout =
    given.timeout !== null && typeof given.timeout === 'object'
      ? given.timeout.request || given.timeout.response
      : given.timeout;
  return Object.assign(given, { url, timeoutMs: timeout || undefined, headers: new HeaderList(given.headers) });
}

function addressOf({ protocol = 'https:', hostname, host, port, path, pathname }) {
  return hostname || host
    ? protocol + '//' + (hostname || host) + (port ? ':' + port : '') + (path || pathname || '/')
    : '';
}

/** The body, and whether the answer is to be read as JSON. */
function bodyOf(options) {
  const { headers } = options;
  const flagged = options.json === true || options.form === true;
  let { body } = options;
  const jsonAnswer = options.responseType === 'json' || options.json === true;
  if (options.form === true) {
    headers.setDefault('content-type', 'application/x-www-form-urlencoded');
    body = new URLSearchParams(body || {}).toString();
  } else if (options.form) {
    headers.setDefault('content-type', 'application/x-www-form-urlencoded');
    body = new URLSearchParams(options.form).toString();
  } else if (options.json === true) {
    if (body !== undefined && body !== null) {
      headers.setDefault('content-type', 'application/json');
      body = JSON.stringify(body);
    }
  } else if (options.json) {
    headers.setDefault('content-type', 'application/json');
    body = JSON.stringify(options.json);
  } else if (body !== null && typeof body === 'object' && typeof body.getBuffer === 'function') {
    headers.assign(body.getHeaders());
    body = body.getBuffer();
  }
  if (jsonAnswer) headers.setDefault('accept', 'application/json');
  if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new TypeError(
      'The `body` option must be a string or Buffer' + (flagged ? '' : '; give an object as `json` or `form`')
    );
  }
  return { body: body === null ? undefined : body, jsonAnswer };
}

function send(options) {
  const { body, jsonAnswer } = bodyOf(options);
  const user = options.username || (typeof options.auth === 'string' ? options.auth.split(':')[0] : '');
  const password =
    options.password || (typeof options.auth === 'string' ? options.auth.split(':').slice(1).join(':') : '');
  if (user || password) options.headers.set('authorization', basic(user, password));
  options.headers.setDefault('user-agent', 'got');
  const method = String(options.method || (body !== undefined ? 'POST' : 'GET')).toUpperCase();
  const max = options.maxRedirects === undefined ? 10 : options.maxRedirects;
  const redirect =
    options.followRedirect === false
      ? undefined
      : {
          max,
          method: (status, known) => (status === 303 && known !== 'HEAD' ? 'GET' : known),
          follows: (status, known) =>
            status === 303 || known === 'GET' || known === 'HEAD' || options.methodRewriting !== undefined,
        };
  return client
    .sendAsync({ method, url: options.url, headers: options.headers, body, timeoutMs: options.timeoutMs, redirect })
    .then(
      (answer) => finish(answer, options, jsonAnswer),
      (error) => {
        throw error.code === 'ETIMEDOUT' && options.timeoutMs
          ? new TimeoutError(options, error)
          : new RequestError(error.message, error, options);
      }
    );
}

function finish(answer, options, jsonAnswer) {
  const response = {
    statusCode: answer.status,
    statusMessage: answer.statusText,
    headers: joined(answer.headers),
    url: answer.url,
    requestUrl: options.url,
    redirectUrls: answer.redirects,
    ok: answer.status < 400,
  };
  Object.defineProperty(response, 'rawBody', { get: () => Buffer.from(answer.bytes()) });
  response.body = options.responseType === 'buffer' || options.encoding === null ? response.rawBody : answer.text();
  const failed =
    answer.status >= 400 || (answer.status >= 300 && answer.status !== 304 && options.followRedirect !== false);
  if (jsonAnswer && (answer.status !== 204 || response.body !== '')) {
    try {
      response.body = JSON.parse(response.body);
    } catch (error) {
      if (!failed) throw new ParseError(error, response, options);
    }
  }
  if (failed && options.throwHttpErrors !== false) throw new HTTPError(response, options);
  return response;
}

/** The promise of a call, with `.json()`, `.text()`, `.buffer()` and `.cancel()` on it. */
function call(input, options) {
  let settings;
  let sent;
  try {
    settings = normalize(input, options);
    // Later in the turn: `.json()` on the promise still sets a header.
    sent = Promise.resolve().then(() => send(settings));
  } catch (error) {
    sent = Promise.reject(error);
  }
  const promise = settings && settings.resolveBodyOnly ? sent.then((response) => response.body) : sent;
  const read = (convert) => {
    promise.catch(() => {});
    return sent.then((response) => convert(response));
  };
  promise.json = () => {
    if (settings) settings.headers.setDefault('accept', 'application/json');
    return read((response) => (typeof response.body === 'string' ? parse(response, settings) : response.body));
  };
  promise.text = () =>
    read((response) => (typeof response.body === 'string' ? response.body : response.rawBody.toString()));
  promise.buffer = () => read((response) => response.rawBody);
  promise.cancel = () => {
    throw unsupported('got: cancel', 'leave it out; the time limit ends the call');
  };
  return promise;
}

function parse(response, options) {
  if (response.body === '') return '';
  try {
    return JSON.parse(response.body);
  } catch (error) {
    throw new ParseError(error, response, options);
  }
}

function build(defaults) {
  const withDefaults = (input, options) => {
    const own = typeof input === 'string' || input instanceof URL ? options : Object.assign({}, input, options);
    const headers = new HeaderList(defaults.headers).assign(own && own.headers).toObject();
    const merged = Object.assign({}, defaults, own, { headers });
    return typeof input === 'string' || input instanceof URL ? call(input, merged) : call(merged);
  };
  const got = (input, options) => withDefaults(input, options);
  for (const method of ['get', 'post', 'put', 'patch', 'head', 'delete']) {
    got[method] = (input, options) => withDefaults(input, Object.assign({}, options, { method: method.toUpperCase() }));
  }
  got.extend = (more) =>
    build(
      Object.assign({}, defaults, more, {
        headers: new HeaderList(defaults.headers).assign(more && more.headers).toObject(),
      })
    );
  got.stream = () => {
    throw unsupported('got.stream', 'use the promise; bodies arrive in one piece');
  };
  return Object.assign(got, { RequestError, HTTPError, ParseError, TimeoutError });
}

module.exports = build({});
module.exports.default = module.exports;
module.exports.got = module.exports;
