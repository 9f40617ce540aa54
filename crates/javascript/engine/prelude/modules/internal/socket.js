'use strict';

// What `req.socket` is. The connection itself is the host's matter: this is where scripts set a limit of time, hear of it,
// and end the call.
const EventEmitter = require('events');
const { inherits } = require('util');
const { unsupported } = require('internal/coded-error');

const TIMER = Symbol('timer');
const END = Symbol('end');

/** `end(error)` ends the call that the socket belongs to. */
function Socket(isEncrypted, end) {
  EventEmitter.call(this);
  this.connecting = true;
  this.destroyed = false;
  if (isEncrypted) this.encrypted = this.authorized = true;
  Object.defineProperty(this, END, { value: end });
  Object.defineProperty(this, TIMER, { value: null, writable: true });
}
inherits(Socket, EventEmitter);

Object.assign(Socket.prototype, {
  setTimeout(ms, callback) {
    clearTimeout(this[TIMER]);
    this.timeout = Number(ms) || 0;
    if (this.timeout > 0) {
      this[TIMER] = setTimeout(() => this.emit('timeout'), this.timeout);
      if (callback) this.once('timeout', callback);
    } else if (callback) {
      this.removeListener('timeout', callback);
    }
    return this;
  },
  destroy(error) {
    if (this.destroyed) return this;
    settle(this);
    this.destroyed = true;
    this[END](error);
    return this;
  },
  end() {
    return this.destroy();
  },
  getPeerCertificate() {
    throw unsupported('socket.getPeerCertificate', 'the host checks every certificate');
  },
});
for (const name of ['setKeepAlive', 'setNoDelay', 'ref', 'unref']) {
  Socket.prototype[name] = function () {
    return this;
  };
}

/** The call has its answer: there was a connection, and no limit of time matters any more. */
function connected(socket) {
  settle(socket);
  socket.emit('connect');
  if (socket.encrypted) socket.emit('secureConnect');
}

/** The call is over. */
function settle(socket) {
  clearTimeout(socket[TIMER]);
  socket.connecting = false;
}

module.exports = { Socket, connected, settle };
