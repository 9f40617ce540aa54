'use strict';

// What the options of `request` mean on the wire: address, query, authorization, body, headers.
const legacyUrl = require('url');
const nested = require('qs');
const querystring = require('querystring');
const percent = require('internal/percent');
const multipart = require('internal/multipart');
const { Buffer } = require('buffer');
const { isPlainAddress } = require('internal/native');
const { HeaderList, basic } = require('internal/header-list');
const { refusalOf, unsupported } = require('internal/coded-error');
const { aboutTls } = require('internal/warn-once');

const FORM = 'application/x-www-form-urlencoded';

const REFUSED = {
  __proto__: null,
  proxy: 'leave it out (the operator sets the proxy)',
  multipart: 'use `formData`',
  oauth: 'sign the request yourself and set the Authorization header',
  aws: 'use the built-in `aws-sdk` or sign the request yourself',
  hawk: 'sign the request yourself and set the Authorization header',
  httpSignature: 'sign the request yourself and set the Authorization header',
  har: 'write the options out',
  jar: 'send a Cookie header (nothing is kept between runs)',
  localAddress: 'leave it out',
  socketPath: 'hooks reach HTTP servers only',
};
const refuse = refusalOf('request', REFUSED);

/**
 * `{address, uri, method, headers, body, timeoutMs}` of `options`; throws what `request` would hand to the callback. An
 * address that means itself comes without `uri`, its parts.
 */
exports.prepare = function prepare(options) {
  refuse(options);
  aboutTls('request', options);
  const uri = partsOf(options);
  const method = String(options.method || 'GET').toUpperCase();
  const headers = new HeaderList(options.headers);
  const isPlain = typeof uri === 'string';
  const prepared = {
    address: isPlain ? uri : wireAddress(uri),
    uri: isPlain ? undefined : uri,
    method,
    headers,
    body: undefined,
    timeoutMs: options.timeout > 0 ? Number(options.timeout) : undefined,
  };
  if (!isPlain && uri.auth && !headers.has('authorization')) {
    const [user, ...password] = uri.auth.split(':');
    headers.put('authorization', basic(user, password.join(':')));
  }
  if (options.auth) setAuth(headers, options.auth);
  setBody(prepared, options);
  if (method === 'HEAD' && prepared.body !== undefined) {
    throw new Error('HTTP HEAD requests MUST NOT include a request body.');
  }
  return prepared;
};

/** The parts of the address, or the address itself where there is nothing to change about it. */
function partsOf(options) {
  let uri = options.uri === undefined || options.uri === null ? options.url : options.uri;
  if (!uri) throw new Error('options.uri is a required argument');
  if (options.baseUrl) uri = withBase(options.baseUrl, uri);
  if (!options.qs && isPlainAddress(uri)) return uri;
  const given = uri;
  if (typeof uri === 'string') uri = legacyUrl.parse(uri);
  else if (!(uri instanceof legacyUrl.Url)) uri = legacyUrl.parse(uri.href || legacyUrl.format(uri));
  if (!uri.hostname) {
    throw new Error('Invalid URI "' + (typeof given === 'string' ? given : legacyUrl.format(given)) + '"');
  }
  if (uri.protocol !== 'http:' && uri.protocol !== 'https:') throw new Error('Invalid protocol: ' + uri.protocol);
  return options.qs ? withQuery(uri, options) : uri;
}

/** The address without the login, which travels as a header. */
function wireAddress(uri) {
  return uri.protocol + '//' + uri.host + (uri.path || '/');
}

function withBase(baseUrl, uri) {
  if (typeof baseUrl !== 'string') throw new Error('options.baseUrl must be a string');
  if (typeof uri !== 'string') throw new Error('options.uri must be a string when using options.baseUrl');
  if (uri.startsWith('//') || uri.includes('://')) {
    throw new Error('options.uri must be a path when using options.baseUrl');
  }
  if (uri === '') return baseUrl;
  const [left, right] = [baseUrl.endsWith('/'), uri.startsWith('/')];
  return left && right ? baseUrl + uri.slice(1) : left || right ? baseUrl + uri : baseUrl + '/' + uri;
}

function withQuery(uri, options) {
  const codec = options.useQuerystring ? querystring : nested;
  const known = uri.query ? codec.parse(uri.query, options.useQuerystring ? undefined : options.qsParseOptions) : {};
  const all =
    typeof options.qs === 'string' ? Object.assign(known, codec.parse(options.qs)) : Object.assign(known, options.qs);
  const text = options.useQuerystring
    ? rfc3986(querystring.stringify(all))
    : nested.stringify(all, options.qsStringifyOptions);
  return text === '' ? uri : legacyUrl.parse(uri.href.split('?')[0] + '?' + text);
}

function setAuth(headers, auth) {
  const bearer = typeof auth.bearer === 'function' ? auth.bearer() : auth.bearer;
  if (bearer !== undefined) {
    headers.put('authorization', 'Bearer ' + (bearer || ''));
    return;
  }
  const user = auth.user === undefined ? auth.username : auth.user;
  const password = auth.pass === undefined ? auth.password : auth.pass;
  if (typeof user !== 'string' || (password !== undefined && typeof password !== 'string')) {
    throw new Error('auth() received invalid user or password');
  }
  if (auth.sendImmediately === false) {
    throw unsupported('request: the option `auth.sendImmediately: false`', 'leave it out');
  }
  headers.put('authorization', basic(user, password));
}

function setBody(prepared, options) {
  const { headers } = prepared;
  let body = options.body;
  if (options.form) {
    if (!isForm(headers)) headers.put('content-type', FORM);
    body = typeof options.form === 'string' ? rfc3986(options.form) : formText(options.form, options);
  }
  if (options.formData) {
    const boundary = multipart.boundary();
    body = multipart.encode(multipart.partsOf(options.formData), boundary);
    headers.put('content-type', 'multipart/form-data; boundary=' + boundary);
  }
  if (options.json && !options.formData) body = jsonBody(headers, options, body);
  if (options.json) headers.putDefault('accept', 'application/json');
  if (Array.isArray(body)) {
    body = Buffer.concat(body.map((piece) => Buffer.from(piece)));
  }
  if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new Error('Argument error, options.body.');
  }
  prepared.body = body === null ? undefined : body;
}

function isForm(headers) {
  const type = headers.get('content-type');
  return typeof type === 'string' && type.startsWith(FORM);
}

function jsonBody(headers, options, body) {
  const form = isForm(headers);
  if (options.json !== true) body = JSON.stringify(options.json, options.jsonReplacer);
  else if (body === undefined || body === null) return undefined;
  else if (!form) body = JSON.stringify(body, options.jsonReplacer);
  headers.putDefault('content-type', 'application/json');
  return body;
}

function formText(form, options) {
  return options.useQuerystring
    ? rfc3986(querystring.stringify(form))
    : nested.stringify(form, options.qsStringifyOptions);
}

function rfc3986(text) {
  return text.replace(/[!'()*]/g, (char) => percent.encode(char, /[^]/g));
}
