'use strict';

// One call of `request`: an emitter that sends at the end of the turn, so that listeners, `form()`, `auth()` and the
// like come in time.
const EventEmitter = require('events');
const HANDLERS = require('internal/handlers');
const { inherits } = require('util');
const { Buffer } = require('buffer');
const client = require('internal/client');
const legacyUrl = require('url');
const { prepare } = require('internal/request-options');
const { IncomingMessage } = require('internal/incoming-message');
const { nextTick } = require('internal/loop');
const { unsupported } = require('internal/coded-error');

const KEPT_BY_DEFAULT = ['PATCH', 'PUT', 'POST', 'DELETE'];

/** What the options mean, once the call has started. */
const PREPARED = Symbol('prepared');

function Request(options, callback) {
  EventEmitter.call(this);
  this.options = options;
  this.callback = callback || options.callback;
  this.method = String(options.method || 'GET').toUpperCase();
  nextTick(() => this.start());
}
inherits(Request, EventEmitter);

/** A property that is worked out when a script first looks at it: few do. */
function later(name, make, before) {
  Object.defineProperty(Request.prototype, name, {
    get() {
      const prepared = this[PREPARED];
      if (prepared === undefined) return before && before(this);
      return (this[name] = make(prepared, this));
    },
    set(value) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  });
}
later('uri', (prepared) => prepared.uri || legacyUrl.parse(prepared.address));
later('host', (prepared, request) => request.uri.hostname);
later('port', (prepared, { uri }) => uri.port || (uri.protocol === 'https:' ? '443' : '80'));
later('path', (prepared, request) => request.uri.path);
later('href', (prepared, request) => request.uri.href);
later(
  'headers',
  (prepared) => prepared.headers.toObject(),
  (request) => request.options.headers || {}
);
later('body', (prepared) => prepared.body);

Request.prototype.start = function () {
  if (this.aborted) return;
  const { options } = this;
  let prepared;
  try {
    if (this.multipartForm) options.formData = this.multipartForm;
    if (this.written && options.body === undefined) options.body = Buffer.concat(this.written);
    prepared = prepare(options);
  } catch (error) {
    return this.fail(error);
  }
  this[PREPARED] = prepared;
  this.method = prepared.method;
  if (this[HANDLERS] !== undefined) this.emit('request', this);
  this.call = client.send(
    {
      method: prepared.method,
      url: prepared.address,
      headers: prepared.headers,
      body: prepared.body,
      timeoutMs: prepared.timeoutMs,
      redirect: () => redirectRules(options),
    },
    (error, answer) => (error ? this.fail(nodeLike(error, prepared.timeoutMs)) : this.finish(answer))
  );
};

Request.prototype.finish = function (answer) {
  if (this.aborted) return;
  const response = new Response(answer);
  response.request = this;
  if (answer.redirects.length) {
    this.method = answer.method;
    this.uri = legacyUrl.parse(answer.url);
    this.href = this.uri.href;
  }
  this.response = response;
  if (this[HANDLERS] !== undefined) {
    this.emit('response', response);
    if (this.listenerCount('data')) {
      const bytes = Buffer.from(answer.bytes());
      this.emit('data', this.options.encoding ? bytes.toString(this.options.encoding) : bytes);
    }
    this.emit('end');
  }
  response.body = bodyOf(answer, this.options);
  if (this[HANDLERS] !== undefined) this.emit('complete', response, response.body);
  if (this.callback) this.callback.call(this, null, response, response.body);
  if (this[HANDLERS] !== undefined) this.emit('close');
};

Request.prototype.fail = function (error) {
  if (this.aborted) return;
  const { callback } = this;
  if (callback) this.once('error', () => {});
  this.emit('error', error);
  if (callback) callback.call(this, error);
};

Object.assign(Request.prototype, {
  abort() {
    if (this.aborted) return;
    this.aborted = true;
    if (this.call) this.call.abort();
    this.emit('abort');
  },
  destroy() {
    this.abort();
  },
  end(chunk) {
    if (chunk !== undefined) this.write(chunk);
    return this;
  },
  write(chunk) {
    if (this.call) {
      throw unsupported('request: writing a body later than in the turn of the call', 'give the body as an option');
    }
    this.written = (this.written || []).concat(Buffer.from(chunk));
    return true;
  },
  pause() {
    return this;
  },
  resume() {
    return this;
  },
  pipe(target) {
    this.on('response', (response) => response.pipe(target));
    this.on('error', (error) => target.emit('error', error));
    return target;
  },
  setHeader(name, value) {
    this.options.headers = Object.assign({}, this.options.headers, { [name]: value });
    return this;
  },
  getHeader(name) {
    const key = Object.keys(this.options.headers || {}).find((known) => known.toLowerCase() === name.toLowerCase());
    return key && this.options.headers[key];
  },
  auth(user, pass, sendImmediately, bearer) {
    this.options.auth = bearer === undefined ? { user, pass } : { bearer };
    return this;
  },
  json(value) {
    this.options.json = value;
    return this;
  },
  qs(query) {
    this.options.qs = Object.assign({}, this.options.qs, query);
    return this;
  },
  /** With an argument a form body; without one a form to append fields to, as multipart/form-data. */
  form(fields) {
    if (fields) {
      this.options.form = fields;
      return this;
    }
    this.multipartForm = {};
    const form = this.multipartForm;
    return {
      append(name, value, options) {
        const item = options ? { value, options } : value;
        form[name] = name in form ? [].concat(form[name], [item]) : item;
      },
    };
  },
  jar() {
    throw unsupported('request: cookie jars', 'send a Cookie header (nothing is kept between runs)');
  },
  toJSON() {
    return { uri: this.uri, method: this.method, headers: this.headers };
  },
});

/** An answer that survives JSON.stringify. */
function Response(answer) {
  IncomingMessage.call(this, answer);
}
inherits(Response, IncomingMessage);

Response.prototype.toJSON = function () {
  return { statusCode: this.statusCode, body: this.body, headers: this.headers, request: this.request.toJSON() };
};

/** What a log shows: the parts that count, with the body. */
Response.prototype[Symbol.for('nodejs.util.inspect.custom')] = function (depth, options, inspect) {
  const { statusCode, statusMessage, headers, body, request } = this;
  return 'IncomingMessage ' + inspect({ statusCode, statusMessage, headers, body, request: request.toJSON() }, options);
};

Object.defineProperty(Response.prototype, 'caseless', {
  get() {
    const { headers } = this;
    return {
      get: (name) => headers[name.toLowerCase()],
      has: (name) => name.toLowerCase() in headers && name.toLowerCase(),
    };
  },
});

function bodyOf(answer, options) {
  if (options.encoding === null) return Buffer.from(answer.bytes());
  const text =
    options.encoding && !/^utf-?8$/i.test(options.encoding)
      ? Buffer.from(answer.bytes()).toString(options.encoding)
      : withoutMark(answer.text());
  if (!options.json) return text;
  if (text === '') return undefined;
  try {
    return JSON.parse(text, options.jsonReviver);
  } catch {
    return text;
  }
}

function withoutMark(text) {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function redirectRules(options) {
  const max = options.maxRedirects === undefined ? 10 : options.maxRedirects;
  const all = typeof options.followAllRedirects === 'function' ? true : options.followAllRedirects;
  if (options.followRedirect === false && !all) return undefined;
  return {
    max,
    follows: (status, method) => Boolean(all) || !KEPT_BY_DEFAULT.includes(method),
    method: (status, method) =>
      status === 307 || status === 308 || method === 'HEAD' || options.followOriginalHttpMethod ? method : 'GET',
    tooMany: (url) => new Error('Exceeded maxRedirects. Probably stuck in a redirect loop ' + url),
  };
}

/** The error with the names that scripts know from `request`. */
function nodeLike(error, timeoutMs) {
  if (error.code !== 'ETIMEDOUT' || !timeoutMs) return error;
  const timeout = new Error('ESOCKETTIMEDOUT');
  timeout.code = 'ESOCKETTIMEDOUT';
  timeout.connect = false;
  return timeout;
}

exports.Request = Request;
