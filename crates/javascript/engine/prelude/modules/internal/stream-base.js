'use strict';

// What all streams have in common: how one is destroyed, and the old way to pipe.
const EventEmitter = require('events');
const { inherits } = require('util');
const { coded } = require('internal/coded-error');
const { nextTick } = require('internal/loop');

/** Under these names a stream keeps what it holds for its reader, and what it has taken from its writer. */
const SOURCE = Symbol('source');
const SINK = Symbol('sink');

const METHODS = ['read', 'write', 'writev', 'transform', 'flush', 'final', 'destroy'];

function Stream(options) {
  EventEmitter.call(this);
  if (!options) return;
  for (const name of METHODS) {
    if (typeof options[name] === 'function') this['_' + name] = options[name];
  }
}
inherits(Stream, EventEmitter);

Stream.prototype.destroyed = false;
Stream.prototype.closed = false;
Stream.prototype.errored = null;

/** As emitters pipe that are no `Readable`. */
Stream.prototype.pipe = function pipe(target, options) {
  this.on('data', (chunk) => target.write(chunk));
  if (endsWith(target, options)) this.on('end', () => target.end());
  target.emit('pipe', this);
  return target;
};

Stream.prototype.destroy = function destroy(error, callback) {
  if (this.destroyed) {
    if (typeof callback === 'function') nextTick(callback);
    return this;
  }
  this.destroyed = true;
  if (error) keepError(this, error);
  let called = false;
  this._destroy(error || null, (failure) => {
    if (called) return;
    called = true;
    if (failure) keepError(this, failure);
    if (typeof callback === 'function') callback(failure);
    nextTick(() => {
      if (failure) emitSafely(this, failure);
      else close(this);
    });
  });
  return this;
};

Stream.prototype._destroy = function (error, done) {
  done(error);
};

/** The end comes after the error, even where nobody listens for that and it fails the run. */
function emitSafely(stream, failure) {
  try {
    stream.emit('error', failure);
  } finally {
    close(stream);
  }
}

function close(stream) {
  stream.closed = true;
  stream.emit('close');
}

function keepError(stream, error) {
  Object.defineProperty(stream, 'errored', { value: error, writable: true, configurable: true });
}

/** Whether the target of a pipe ends with its source. The output of the process never does. */
function endsWith(target, options) {
  return (!options || options.end !== false) && !target._isStdio && typeof target.end === 'function';
}

/** Both halves have come to their end: nothing more will happen. */
function destroyWhenDone(stream) {
  const [source, sink] = [SOURCE in stream && stream[SOURCE], SINK in stream && stream[SINK]];
  if (source && !(source.endEmitted && source.autoDestroy)) return;
  if (sink && !(sink.finished && sink.autoDestroy)) return;
  stream.destroy();
}

function invalidChunk(chunk) {
  const received =
    chunk === undefined || chunk === null
      ? String(chunk)
      : typeof chunk === 'object'
        ? 'an instance of ' + ((chunk.constructor && chunk.constructor.name) || 'Object')
        : 'type ' + typeof chunk + ' (' + String(chunk) + ')';
  return coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    'The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received ' + received
  );
}

function notImplemented(method) {
  return coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The ' + method + ' method is not implemented');
}

module.exports = { SOURCE, SINK, Stream, endsWith, destroyWhenDone, invalidChunk, notImplemented };
