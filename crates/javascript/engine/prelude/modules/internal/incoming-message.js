'use strict';

// An HTTP answer as Node shows it: a readable stream with `statusCode` and `headers`. The body is complete before the
// first event.
const { Readable } = require('stream');
const { inherits } = require('util');
const { joined } = require('internal/header-list');
const { Buffer } = require('buffer');

const ANSWER = Symbol('answer');

function IncomingMessage(answer) {
  Readable.call(this);
  this.statusCode = answer.status;
  this.statusMessage = answer.statusText;
  this[ANSWER] = answer;
}
inherits(IncomingMessage, Readable);

IncomingMessage.prototype.complete = true;
IncomingMessage.prototype.httpVersion = '1.1';
IncomingMessage.prototype.httpVersionMajor = 1;
IncomingMessage.prototype.httpVersionMinor = 1;
IncomingMessage.prototype.trailers = {};
IncomingMessage.prototype.setTimeout = function setTimeout() {
  return this;
};

Object.defineProperty(IncomingMessage.prototype, 'headers', {
  get() {
    const headers = joined(this[ANSWER].headers);
    Object.defineProperty(this, 'headers', { value: headers, writable: true, enumerable: true, configurable: true });
    return headers;
  },
  configurable: true,
});

Object.defineProperty(IncomingMessage.prototype, 'rawHeaders', {
  get() {
    const { headers } = this[ANSWER];
    return Object.keys(headers).flatMap((name) => headers[name].flatMap((value) => [name, value]));
  },
});

function socketOf() {
  const request = this.req || this.request;
  return request ? request.socket : undefined;
}
Object.defineProperty(IncomingMessage.prototype, 'socket', { get: socketOf, configurable: true });
Object.defineProperty(IncomingMessage.prototype, 'connection', { get: socketOf, configurable: true });

/** What a log shows of an answer. */
IncomingMessage.prototype[Symbol.for('nodejs.util.inspect.custom')] = function (depth, options, inspect) {
  const { statusCode, statusMessage, headers } = this;
  return 'IncomingMessage ' + inspect({ statusCode, statusMessage, headers }, options);
};

IncomingMessage.prototype._read = function () {
  const bytes = this[ANSWER].bytes();
  if (bytes.length) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  this.push(null);
};

exports.IncomingMessage = IncomingMessage;
