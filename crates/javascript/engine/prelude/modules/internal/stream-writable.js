'use strict';

// `stream.Writable`. It takes whatever comes: `write` says only that the stream is still there.
const { Buffer } = require('buffer');
const { inherits } = require('util');
const { nextTick } = require('internal/loop');
const { coded } = require('internal/coded-error');
const { highWaterMarkOf } = require('internal/stream-readable');
const { SINK, Stream, destroyWhenDone, invalidChunk, notImplemented } = require('internal/stream-base');

function Writable(options) {
  if (!(this instanceof Writable)) return new Writable(options);
  Stream.call(this, options);
  initWritable(this, options);
}
inherits(Writable, Stream);

/** A Duplex inherits from Readable, and is a Writable all the same. */
Object.defineProperty(Writable, Symbol.hasInstance, {
  value(object) {
    if (Function.prototype[Symbol.hasInstance].call(this, object)) return true;
    return this === Writable && object !== null && typeof object === 'object' && SINK in object;
  },
});

function initWritable(stream, options) {
  const objects = Boolean(options && (options.objectMode || options.writableObjectMode));
  const sink = {
    queue: [],
    // Called with nothing at `finish`, or with what destroyed the stream before.
    callbacks: [],
    objects,
    highWaterMark: highWaterMarkOf(options, 'writableHighWaterMark', objects),
    keepsTexts: Boolean(options && options.decodeStrings === false),
    encoding: (options && options.defaultEncoding) || 'utf8',
    corked: 0,
    busy: false,
    ending: false,
    finalCalled: false,
    finished: false,
    autoDestroy: !options || options.autoDestroy !== false,
  };
  Object.defineProperty(stream, SINK, { value: sink });
}

const writing = {
  get writable() {
    return !this.destroyed && !this[SINK].ending && this[SINK].writable !== false;
  },
  set writable(value) {
    this[SINK].writable = Boolean(value);
  },
  get writableEnded() {
    return this[SINK].ending;
  },
  get writableFinished() {
    return this[SINK].finished;
  },
  get writableLength() {
    return this[SINK].queue.reduce((sum, { chunk }) => sum + (this[SINK].objects ? 1 : chunk.length), 0);
  },
  get writableObjectMode() {
    return this[SINK].objects;
  },
  get writableHighWaterMark() {
    return this[SINK].highWaterMark;
  },
  get writableCorked() {
    return this[SINK].corked;
  },
  get writableNeedDrain() {
    return false;
  },

  _write(chunk, encoding, done) {
    if (!this._writev) throw notImplemented('_write()');
    this._writev([{ chunk, encoding }], done);
  },

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    const sink = this[SINK];
    const item = itemOf(sink, chunk, encoding);
    if (sink.ending || this.destroyed) {
      const error = sink.ending
        ? coded(Error, 'ERR_STREAM_WRITE_AFTER_END', 'write after end')
        : destroyedError('write');
      if (callback) nextTick(callback, error);
      if (sink.ending) this.destroy(error);
      return false;
    }
    item.callback = callback;
    sink.queue.push(item);
    drain(this, sink);
    return !this.destroyed;
  },

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    const sink = this[SINK];
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (typeof callback === 'function') {
      if (this.destroyed && !sink.finished) nextTick(callback, destroyedError('end'));
      else if (sink.finished) {
        nextTick(callback, coded(Error, 'ERR_STREAM_ALREADY_FINISHED', 'Cannot call end after a stream was finished'));
      } else sink.callbacks.push(callback);
    }
    sink.corked = 0;
    sink.ending = true;
    drain(this, sink);
    return this;
  },

  destroy(error, callback) {
    const sink = this[SINK];
    if (!this.destroyed && (sink.queue.length > 0 || sink.callbacks.length > 0)) {
      const left = sink.queue.splice(0).map((item) => item.callback);
      for (const each of left.concat(sink.callbacks.splice(0))) {
        if (each) nextTick(each, error || destroyedError('write'));
      }
    }
    return Stream.prototype.destroy.call(this, error, callback);
  },

  cork() {
    this[SINK].corked += 1;
  },
  uncork() {
    const sink = this[SINK];
    if (sink.corked > 0) sink.corked -= 1;
    drain(this, sink);
  },
  setDefaultEncoding(encoding) {
    this[SINK].encoding = encoding;
    return this;
  },
};
Object.defineProperties(Writable.prototype, Object.getOwnPropertyDescriptors(writing));

Writable.prototype.pipe = function pipe() {
  this.destroy(coded(Error, 'ERR_STREAM_CANNOT_PIPE', 'Cannot pipe, not readable'));
};

function itemOf(sink, chunk, encoding) {
  if (chunk === null) throw coded(TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream');
  const name = encoding || sink.encoding;
  if (sink.objects) return { chunk, encoding: name };
  if (typeof chunk === 'string') {
    return sink.keepsTexts ? { chunk, encoding: name } : { chunk: Buffer.from(chunk, name), encoding: 'buffer' };
  }
  if (!(chunk instanceof Uint8Array)) throw invalidChunk(chunk);
  const isBuffer = Buffer.isBuffer(chunk);
  return {
    chunk: isBuffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    encoding: 'buffer',
  };
}

function drain(stream, sink) {
  while (!sink.busy && sink.corked === 0 && sink.queue.length > 0 && !stream.destroyed) {
    writeOne(stream, sink, sink.queue.shift());
  }
  finishMaybe(stream, sink);
}

function writeOne(stream, sink, { chunk, encoding, callback }) {
  let isSync = true;
  sink.busy = true;
  stream._write(chunk, encoding, (error) => {
    sink.busy = false;
    if (callback) nextTick(callback, error || null);
    if (error) stream.destroy(error);
    else if (!isSync) drain(stream, sink);
  });
  isSync = false;
}

function finishMaybe(stream, sink) {
  if (!sink.ending || sink.finalCalled || sink.busy || sink.queue.length > 0 || stream.destroyed) return;
  sink.finalCalled = true;
  const done = (error) => {
    if (error) stream.destroy(error);
    else nextTick(() => finish(stream, sink));
  };
  if (typeof stream._final === 'function') stream._final(done);
  else done();
}

function finish(stream, sink) {
  if (stream.destroyed) return;
  sink.finished = true;
  for (const callback of sink.callbacks.splice(0)) callback();
  stream.emit('finish');
  destroyWhenDone(stream);
}

function destroyedError(method) {
  return coded(Error, 'ERR_STREAM_DESTROYED', 'Cannot call ' + method + ' after a stream was destroyed');
}

module.exports = { Writable, initWritable, writing };
