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
const { addTimings } = require('internal/request-timings');
const { IncomingMessage } = require('internal/incoming-message');
const { Stream } = require('stream');
const { Socket, connected, settle } = require('internal/socket');
const { joined } = require('internal/header-list');
const { nextTick } = require('internal/loop');
const { coded, unsupported } = require('internal/coded-error');

const KEPT_BY_DEFAULT = ['PATCH', 'PUT', 'POST', 'DELETE'];

/** What the options mean, once the call has started. */
const PREPARED = Symbol('prepared');
/** The stream that is piped into the call, whether it has ended, and whether the call waits for that. */
const PIPED = Symbol('piped');
/** Where the answer is piped to. */
const TARGETS = Symbol('targets');
const SOCKET = Symbol('socket');

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
  const piped = this[PIPED];
  if (piped !== undefined && !piped.ended) {
    piped.isAwaited = true;
    return;
  }
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
  if (options.time) this.startTime = Date.now();
  if (this[HANDLERS] !== undefined) {
    this.emit('request', this);
    if (this.listenerCount('socket') > 0) this.emit('socket', this.socket);
    if (this.aborted) return;
  }
  this.call = client.send(
    {
      method: prepared.method,
      url: prepared.address,
      headers: prepared.headers,
      body: prepared.body,
      timeoutMs: prepared.timeoutMs,
      redirect: () => redirectRules(options, this),
    },
    (error, answer) => {
      if (this[SOCKET] && !this.aborted) (error ? settle : connected)(this[SOCKET]);
      if (error) this.fail(nodeLike(error, prepared.timeoutMs));
      else this.finish(answer);
    }
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
  if (this.options.time) addTimings(this, response);
  if (this[HANDLERS] !== undefined) {
    this.emit('response', response);
    for (const target of this[TARGETS] || []) this.announce(target);
    this.isAnswered = true;
    if (this.listenerCount('data')) {
      const bytes = Buffer.from(answer.bytes());
      if (bytes.length) this.emit('data', this.options.encoding ? bytes.toString(this.options.encoding) : bytes);
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
    if (this[SOCKET]) this[SOCKET].destroy();
    if (this.call) this.call.abort();
    this.emit('abort');
  },
  destroy() {
    this.abort();
  },
  /** The socket was destroyed under the call. */
  hangUp() {
    if (this.aborted || this.response) return;
    if (this.call) this.call.abort();
    nextTick(() => this.fail(coded(Error, 'ECONNRESET', 'socket hang up')));
  },
  end(chunk) {
    if (chunk !== undefined && chunk !== null) this.write(chunk);
    const piped = this[PIPED];
    if (piped !== undefined && !piped.ended) {
      piped.ended = true;
      if (piped.isAwaited) this.start();
    }
    return this;
  },
  write(chunk, encoding) {
    if (this.call) {
      throw unsupported('request: writing a body later than in the turn of the call', 'give the body as an option');
    }
    (this.written = this.written || []).push(Buffer.from(chunk, typeof encoding === 'string' ? encoding : undefined));
    return true;
  },
  emit(name, value) {
    if (name === 'pipe') this.takeFrom(value);
    return Reflect.apply(EventEmitter.prototype.emit, this, arguments);
  },
  pause() {
    return this;
  },
  resume() {
    return this;
  },
  pipe(target, options) {
    if (this.isAnswered) {
      this.emit('error', new Error('You cannot pipe after data has been emitted from the response.'));
      return target;
    }
    Stream.prototype.pipe.call(this, target, options);
    if (this.response) this.announce(target);
    else this[TARGETS] = (this[TARGETS] || []).concat(target);
    return target;
  },

  /** What is piped into the call is its body, and brings its headers along where the call has none of its own. */
  takeFrom(source) {
    if (this.call) {
      this.emit('error', new Error('You cannot pipe to this stream after the outbound request has started.'));
      return;
    }
    this[PIPED] = { ended: false, isAwaited: false };
    const { headers } = source;
    for (const name in headers) {
      if (name.toLowerCase() !== 'host' && this.getHeader(name) === undefined) this.setHeader(name, headers[name]);
    }
    if (this.options.json && this.getHeader('content-type') === undefined) {
      this.setHeader('content-type', 'application/json');
    }
    if (source.method && !this.options.method) this.method = this.options.method = source.method;
  },

  /** Tells the target of a pipe the headers and the status of what will come. */
  announce(target) {
    const { headers, statusCode } = this.response;
    if (typeof target.setHeader !== 'function' || target.headersSent) return;
    for (const name in headers) target.setHeader(name, headers[name]);
    target.statusCode = statusCode;
  },

  setHeader(name, value) {
    this.options.headers = Object.assign({}, this.options.headers, { [keyOf(this, name) || name]: value });
    return this;
  },
  getHeader(name) {
    const key = keyOf(this, name);
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

function keyOf({ options }, name) {
  return Object.keys(options.headers || {}).find((known) => known.toLowerCase() === name.toLowerCase());
}

Object.defineProperty(Request.prototype, 'socket', {
  get() {
    if (!this[SOCKET]) {
      this[SOCKET] = new Socket(/^https:/i.test(this.href), () => this.hangUp());
      if (this.response) settle(this[SOCKET]);
    }
    return this[SOCKET];
  },
  configurable: true,
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

function redirectRules(options, request) {
  const max = options.maxRedirects === undefined ? 10 : options.maxRedirects;
  const { followRedirect, followAllRedirects: all } = options;
  if (followRedirect !== undefined && !followRedirect && !all) return undefined;
  return {
    max,
    follows: (status, method, headers) =>
      (Boolean(all) || !KEPT_BY_DEFAULT.includes(method)) &&
      (typeof followRedirect !== 'function' ||
        Boolean(followRedirect.call(request, { statusCode: status, headers: joined(headers) }))),
    method: (status, method) =>
      status === 307 || status === 308 || method === 'HEAD' || options.followOriginalHttpMethod ? method : 'GET',
    keepsBody: (status) => status === 307,
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
