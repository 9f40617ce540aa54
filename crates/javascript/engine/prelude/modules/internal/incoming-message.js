'use strict';

// An HTTP answer as Node shows it: a readable stream with `statusCode` and `headers`. The body is complete before the
// first event.
const { Readable } = require('stream');
const { inherits } = require('util');
const { joined } = require('internal/header-list');
const { Buffer } = require('buffer');

function IncomingMessage(answer) {
  Readable.call(this);
  this.statusCode = answer.status;
  this.statusMessage = answer.statusText;
  Object.defineProperty(this, 'answer', { value: answer });
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
    const headers = joined(this.answer.headers);
    Object.defineProperty(this, 'headers', { value: headers, writable: true, enumerable: true, configurable: true });
    return headers;
  },
  configurable: true,
});

Object.defineProperty(IncomingMessage.prototype, 'rawHeaders', {
  get() {
    return Object.keys(this.answer.headers).flatMap((name) =>
      this.answer.headers[name].flatMap((value) => [name, value])
    );
  },
});

/** What a log shows of an answer. */
IncomingMessage.prototype[Symbol.for('nodejs.util.inspect.custom')] = function (depth, options, inspect) {
  const { statusCode, statusMessage, headers } = this;
  return 'IncomingMessage ' + inspect({ statusCode, statusMessage, headers }, options);
};

IncomingMessage.prototype._read = function () {
  const bytes = this.answer.bytes();
  if (bytes.length) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  this.push(null);
};

exports.IncomingMessage = IncomingMessage;
