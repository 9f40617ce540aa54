'use strict';

// `unirest`: unirest.get/post/put/patch/delete/head/options(url, headers?, body?, callback?) and unirest(method, url, …);
// chains of headers/header/set, type, query, send, json, form, auth, timeout, followRedirect, maxRedirects, end and then.
// Multipart fields, cookie jars, proxies and retries are not built in.
const { Request: Call } = require('internal/request-call');
const nested = require('qs');
const { unsupported } = require('internal/coded-error');

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  html: 'text/html',
  text: 'text/plain',
  xml: 'application/xml',
};
const NAMED = {
  accepted: 202,
  noContent: 204,
  badRequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  notAcceptable: 406,
  internalServerError: 500,
};

class Request {
  constructor(method, url) {
    this.options = { method, url, headers: {} };
  }

  header(name, value) {
    if (typeof name === 'object') Object.keys(name).forEach((key) => this.header(key, name[key]));
    else this.options.headers[this.spelling(name)] = value;
    return this;
  }

  spelling(name) {
    const lower = name.toLowerCase();
    return Object.keys(this.options.headers).find((known) => known.toLowerCase() === lower) || name;
  }

  type(name) {
    return this.header('content-type', TYPES[name] || name);
  }

  query(value) {
    const text = typeof value === 'string' ? value : nested.stringify(value);
    if (text) this.options.url += (this.options.url.includes('?') ? '&' : '?') + text;
    return this;
  }

  /** An object goes out as what the type says, as a form where there is none. */
  send(data) {
    const { options } = this;
    const plain = data !== null && typeof data === 'object' && !(data instanceof Uint8Array);
    if ((plain || typeof data === 'string') && !options.headers[this.spelling('content-type')]) this.type('form');
    const type = String(options.headers[this.spelling('content-type')] || '');
    if (plain && type.includes('json')) {
      options.json = true;
      options.body = options.body && !Array.isArray(data) ? Object.assign(options.body, data) : data;
    } else if (plain && type.includes('form')) {
      options.body = nested.stringify(data, { arrayFormat: 'repeat' });
    } else if (typeof data === 'string' && options.body) {
      options.body += (type === TYPES.form ? '&' : '') + data;
    } else {
      options.body = data;
    }
    return this;
  }

  json(data) {
    return this.type('json').send(data);
  }

  form(data) {
    return this.type('form').send(data);
  }

  auth(user, password, sendImmediately) {
    this.options.auth = typeof user === 'object' ? user : { user, pass: password, sendImmediately };
    return this;
  }

  timeout(ms) {
    return this.option('timeout', ms);
  }
  followRedirect(follow) {
    return this.option('followRedirect', follow);
  }
  followAllRedirects(follow) {
    return this.option('followAllRedirects', follow);
  }
  maxRedirects(count) {
    return this.option('maxRedirects', count);
  }
  encoding(name) {
    return this.option('encoding', name);
  }
  strictSSL(strict) {
    return this.option('strictSSL', strict);
  }
  option(name, value) {
    this.options[name] = value;
    return this;
  }

  /** Calls back with an answer, or with `{error}` where there is none. */
  end(callback) {
    const done = callback || (() => {});
    new Call(this.options, (error, response, body) => done(error ? { error } : answerOf(response, body)));
    return this;
  }

  then(onValue, onError) {
    const answered = new Promise((resolve, reject) =>
      this.end((answer) => (answer.error ? reject(answer.error) : resolve(answer)))
    );
    return answered.then(onValue, onError);
  }
}

const aliases = { headers: 'header', set: 'header', complete: 'end', as: 'end', rejectUnauthorized: 'strictSSL' };
for (const name of Object.keys(aliases)) Request.prototype[name] = Request.prototype[aliases[name]];
for (const name of ['field', 'attach', 'jar', 'proxy', 'retry', 'stage', 'part', 'stream']) {
  Request.prototype[name] = function () {
    throw unsupported('unirest: ' + name, 'use `request` or `axios`');
  };
}

function answerOf(response, body) {
  const status = response.statusCode;
  const kind = Math.floor(status / 100);
  Object.assign(response, {
    code: status,
    status,
    statusType: kind,
    info: kind === 1,
    ok: kind === 2,
    clientError: kind === 4,
    serverError: kind === 5,
    error: kind >= 4 ? Object.assign(new Error('got ' + status + ' response'), { status }) : false,
    raw_body: body,
    body: read(body, response.headers['content-type'] || ''),
  });
  for (const name of Object.keys(NAMED)) response[name] = NAMED[name] === status;
  return response;
}

function read(body, type) {
  if (typeof body !== 'string') return body;
  if (type.includes(TYPES.form)) return nested.parse(body);
  if (!type.includes('json')) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function unirest(method, url, headers, body, callback) {
  const request = new Request(method.toUpperCase(), url);
  const rest = [headers, body, callback];
  const done = rest.find((argument) => typeof argument === 'function');
  if (headers && typeof headers === 'object') request.header(headers);
  if (body !== undefined && body !== null && typeof body !== 'function') request.send(body);
  return done ? request.end(done) : request;
}
for (const name of ['get', 'head', 'post', 'put', 'patch', 'delete', 'options']) {
  unirest[name] = (url, headers, body, callback) => unirest(name, url, headers, body, callback);
}
unirest.jar = () => {
  throw unsupported('unirest.jar', 'send a Cookie header (nothing is kept between runs)');
};

module.exports = unirest;
