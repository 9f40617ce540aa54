'use strict';

// `http.request` and `https.request`: a request that is written in pieces and sent by `end()`.
const EventEmitter = require('events');
const HANDLERS = require('internal/handlers');
const { inherits } = require('util');
const { Buffer } = require('buffer');
const client = require('internal/client');
const { HeaderList, basic } = require('internal/header-list');
const { IncomingMessage } = require('internal/incoming-message');
const { Socket, connected, settle } = require('internal/socket');
const { URL } = require('internal/url');
const { urlToHttpOptions } = require('url');
const { coded, refusalOf } = require('internal/coded-error');
const { aboutTls } = require('internal/warn-once');
const { invalidChunk } = require('internal/stream-base');
const { nextTick } = require('internal/loop');
const { onAbort } = require('internal/abort');

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };
const REFUSED = {
  __proto__: null,
  socketPath: 'hooks reach HTTP servers only',
  createConnection: 'leave it out',
  localAddress: 'leave it out',
};
const refuse = refusalOf('http', REFUSED);

/** `args` are those of `http.request`: (url, options?, callback?) or (options, callback?). */
function ClientRequest(protocol, args) {
  EventEmitter.call(this);
  const list = Array.from(args);
  const callback = typeof list[list.length - 1] === 'function' ? list.pop() : undefined;
  const options = optionsOf(list);
  refuse(options);
  aboutTls('http', options);
  const own = options.protocol || protocol;
  if (own !== protocol && !(options.agent && options.agent.protocol === own)) {
    throw coded(TypeError, 'ERR_INVALID_PROTOCOL', 'Protocol "' + own + '" not supported. Expected "' + protocol + '"');
  }
  this.method = String(options.method || 'GET').toUpperCase();
  this.protocol = own;
  this.host = options.hostname || options.host || 'localhost';
  this.path = options.path || '/';
  if (/[^\u0021-\u00ff]/.test(this.path)) {
    throw coded(TypeError, 'ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters');
  }
  const state = {
    headers: new HeaderList(headersOf(options)),
    chunks: [],
    port: options.port || options.defaultPort,
    timer: null,
    socket: null,
  };
  Object.defineProperty(this, 'state', { value: state });
  if (options.auth && !state.headers.has('authorization')) {
    const [user, ...password] = String(options.auth).split(':');
    state.headers.set('Authorization', basic(user, password.join(':')));
  }
  if (callback) this.once('response', callback);
  if (options.timeout) this.setTimeout(options.timeout);
  if (options.signal) onAbort(options.signal, (reason) => this.destroy(reason));
}
inherits(ClientRequest, EventEmitter);

function optionsOf([first, second]) {
  if (typeof first === 'string') return Object.assign(urlToHttpOptions(new URL(first)), second);
  if (first instanceof URL) return Object.assign(urlToHttpOptions(first), second);
  return Object.assign({}, first, second);
}

/** Headers as an object, a list of pairs, or Node's flat list of names and values. */
function headersOf({ headers }) {
  if (!Array.isArray(headers) || Array.isArray(headers[0])) return headers;
  const pairs = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([headers[i], headers[i + 1]]);
  return pairs;
}

Object.assign(ClientRequest.prototype, {
  setHeader(name, value) {
    this.state.headers.set(name, value);
    return this;
  },
  getHeader(name) {
    return this.state.headers.get(name);
  },
  getHeaders() {
    return Object.fromEntries(this.state.headers.names().map((name) => [name, this.state.headers.get(name)]));
  },
  getHeaderNames() {
    return this.state.headers.names();
  },
  hasHeader(name) {
    return this.state.headers.has(name);
  },
  removeHeader(name) {
    this.state.headers.delete(name);
  },

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (this.writableEnded) throw coded(Error, 'ERR_STREAM_WRITE_AFTER_END', 'write after end');
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) throw invalidChunk(chunk);
    this.state.chunks.push(Buffer.from(chunk, encoding));
    if (callback) nextTick(callback);
    return true;
  },

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (this.writableEnded) return this;
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (callback) this.once('finish', callback);
    this.writableEnded = true;
    if (!this.destroyed) nextTick(() => this._send());
    return this;
  },

  _send() {
    if (this.destroyed) return;
    const { state } = this;
    const host =
      this.host.includes(':') && !this.host.startsWith('[') && !/^[^:]+:\d+$/.test(this.host)
        ? '[' + this.host + ']'
        : this.host;
    const port = Number(state.port) === DEFAULT_PORTS[this.protocol] ? '' : state.port;
    const address =
      this.protocol + '//' + host + (port ? ':' + port : '') + (this.path.startsWith('/') ? '' : '/') + this.path;
    const body = state.chunks.length ? Buffer.concat(state.chunks) : undefined;
    if (this[HANDLERS] !== undefined && this.listenerCount('socket') > 0) this.emit('socket', this.socket);
    this.headersSent = true;
    this.emit('finish');
    if (this.destroyed) return;
    state.call = client.send({ method: this.method, url: address, headers: state.headers, body }, (error, answer) => {
      clearTimeout(state.timer);
      if (this.destroyed) return;
      if (state.socket) (error ? settle : connected)(state.socket);
      if (error) return (this.emit('error', error), this.emit('close'));
      const response = new IncomingMessage(answer);
      response.req = this;
      this.res = response;
      response.on('end', () => nextTick(() => this.emit('close')));
      if (!this.emit('response', response)) response.resume();
    });
  },

  setTimeout(ms, callback) {
    if (callback) this.once('timeout', callback);
    clearTimeout(this.state.timer);
    if (ms > 0) {
      this.state.timer = setTimeout(() => {
        if (this.state.socket) this.state.socket.emit('timeout');
        this.emit('timeout');
      }, ms);
    }
    return this;
  },

  abort() {
    if (this.destroyed) return;
    this.aborted = true;
    nextTick(() => this.emit('abort'));
    this.destroy();
  },

  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    clearTimeout(this.state.timer);
    if (this.state.socket) this.state.socket.destroy();
    if (this.state.call) this.state.call.abort();
    nextTick(() => {
      if (error || !this.res) this.emit('error', error || coded(Error, 'ECONNRESET', 'socket hang up'));
      this.emit('close');
    });
    return this;
  },

  flushHeaders() {},
  setNoDelay() {},
  setSocketKeepAlive() {},
});
/** Made when it is first looked at: few scripts do. */
function socketOf() {
  const { state } = this;
  if (state.socket === null) {
    state.socket = new Socket(this.protocol === 'https:', (error) => this.destroy(error));
    if (this.res) settle(state.socket);
  }
  return state.socket;
}
Object.defineProperty(ClientRequest.prototype, 'socket', { get: socketOf, configurable: true });
Object.defineProperty(ClientRequest.prototype, 'connection', { get: socketOf, configurable: true });
ClientRequest.prototype.destroyed = false;
ClientRequest.prototype.aborted = false;
ClientRequest.prototype.headersSent = false;
ClientRequest.prototype.writableEnded = false;

exports.ClientRequest = ClientRequest;
