'use strict';

// `stream.Readable`. It asks `_read` for more when its reader has taken everything; nothing is read ahead.
const EventEmitter = require('events');
const { Buffer } = require('buffer');
const { inherits } = require('util');
const { nextTick } = require('internal/loop');
const { coded } = require('internal/coded-error');
const { finished } = require('internal/stream-pipeline');
const { SOURCE, Stream, endsWith, destroyWhenDone, invalidChunk, notImplemented } = require('internal/stream-base');

const BYTES_ASKED_FOR = 16384;
const OBJECTS_ASKED_FOR = 16;

function Readable(options) {
  if (!(this instanceof Readable)) return new Readable(options);
  Stream.call(this, options);
  if (options) initReadable(this, options);
}
inherits(Readable, Stream);

function initReadable(stream, options) {
  const objects = Boolean(options && (options.objectMode || options.readableObjectMode));
  const source = {
    queue: [],
    // Bytes, characters or objects in the queue.
    length: 0,
    objects,
    highWaterMark: highWaterMarkOf(options, 'readableHighWaterMark', objects),
    decoder: null,
    // null until somebody reads; then whether chunks are handed out as they come.
    flowing: null,
    // `_read` was called and has pushed nothing so far; it is running.
    reading: false,
    inRead: false,
    ended: false,
    endScheduled: false,
    endEmitted: false,
    scheduled: false,
    resumes: false,
    pipes: [],
    autoDestroy: !options || options.autoDestroy !== false,
  };
  Object.defineProperty(stream, SOURCE, { value: source });
  if (options && options.encoding) stream.setEncoding(options.encoding);
  return source;
}

function highWaterMarkOf(options, name, objects) {
  const given = options && (options[name] === undefined ? options.highWaterMark : options[name]);
  return given === undefined || given === null ? (objects ? OBJECTS_ASKED_FOR : BYTES_ASKED_FOR) : given;
}

const reading = {
  // What a stream holds is made when it is first asked for: the answers of HTTP calls are streams that few scripts read
  // as such.
  get [SOURCE]() {
    return initReadable(this);
  },

  get readable() {
    return !this.destroyed && !this[SOURCE].endEmitted && this[SOURCE].readable !== false;
  },
  set readable(value) {
    this[SOURCE].readable = Boolean(value);
  },
  get readableEnded() {
    return this[SOURCE].endEmitted;
  },
  get readableFlowing() {
    return this[SOURCE].flowing;
  },
  get readableLength() {
    return this[SOURCE].length;
  },
  get readableObjectMode() {
    return this[SOURCE].objects;
  },
  get readableHighWaterMark() {
    return this[SOURCE].highWaterMark;
  },
  get readableEncoding() {
    const { decoder } = this[SOURCE];
    return decoder && decoder.encoding;
  },

  _read() {
    throw notImplemented('_read()');
  },

  push(chunk, encoding) {
    return add(this, chunk, encoding, false);
  },
  unshift(chunk, encoding) {
    return add(this, chunk, encoding, true);
  },

  /** `size` bytes, all where there are fewer and no more will come, or null; without a size, everything that is there. */
  read(size) {
    const source = this[SOURCE];
    const wanted = size === undefined ? NaN : Number.parseInt(size, 10);
    if (source.length === 0 || source.length < wanted) fill(this, source);
    const count = wanted === 0 ? 0 : available(source, wanted);
    const chunk = count === 0 ? null : take(source, count);
    if (source.ended && source.length === 0) end(this, source);
    if (chunk !== null) this.emit('data', chunk);
    return chunk;
  },

  setEncoding(encoding) {
    const { StringDecoder } = require('string_decoder');
    const source = this[SOURCE];
    source.decoder = new StringDecoder(encoding || 'utf8');
    const held = source.queue.map((chunk) => source.decoder.write(chunk)).join('');
    source.queue = held ? [held] : [];
    source.length = held.length;
    return this;
  },

  on(name, listener) {
    EventEmitter.prototype.on.call(this, name, listener);
    if (name === 'data') {
      if (this[SOURCE].flowing !== false) this.resume();
    } else if (name === 'readable' && !this[SOURCE].endEmitted) {
      this[SOURCE].flowing = false;
      schedule(this, this[SOURCE]);
    }
    return this;
  },

  removeListener(name, listener) {
    EventEmitter.prototype.removeListener.call(this, name, listener);
    if (name !== 'readable' || this[SOURCE].flowing !== false || this.listenerCount('readable') > 0) return this;
    this[SOURCE].flowing = null;
    return this.listenerCount('data') > 0 ? this.resume() : this;
  },

  resume() {
    const source = this[SOURCE];
    if (!source.flowing) {
      // Who listens for `readable` reads by itself.
      source.flowing = this.listenerCount('readable') === 0;
      source.resumes = true;
    }
    schedule(this, source);
    return this;
  },
  pause() {
    const source = this[SOURCE];
    if (source.flowing !== false) {
      source.flowing = false;
      this.emit('pause');
    }
    return this;
  },
  isPaused() {
    return this[SOURCE].flowing === false;
  },

  pipe(target, options) {
    const source = this[SOURCE];
    const onData = (chunk) => target.write(chunk);
    const onEnd = () => endsWith(target, options) && target.end();
    const onClose = () => this.unpipe(target);
    source.pipes.push({ target, onData, onEnd, onClose });
    if (source.endEmitted) nextTick(onEnd);
    else this.once('end', onEnd);
    this.on('data', onData);
    target.once('close', onClose);
    target.emit('pipe', this);
    if (!source.flowing) this.resume();
    return target;
  },
  unpipe(target) {
    const source = this[SOURCE];
    const leaving = source.pipes.filter((pipe) => target === undefined || pipe.target === target);
    if (leaving.length === 0) return this;
    source.pipes = source.pipes.filter((pipe) => !leaving.includes(pipe));
    if (source.pipes.length === 0) this.pause();
    for (const { target, onData, onEnd, onClose } of leaving) {
      this.removeListener('data', onData).removeListener('end', onEnd);
      target.removeListener('close', onClose);
      target.emit('unpipe', this, { hasUnpiped: false });
    }
    return this;
  },

  [Symbol.asyncIterator]() {
    return iterate(this);
  },
  iterator() {
    return iterate(this);
  },
};
Object.defineProperties(Readable.prototype, Object.getOwnPropertyDescriptors(reading));
Readable.prototype.addListener = Readable.prototype.on;
Readable.prototype.off = Readable.prototype.removeListener;

/** A stream of what an iterable or an async iterable gives. */
Readable.from = function from(items, options) {
  const isOne = typeof items === 'string' || items instanceof Uint8Array;
  const list = isOne ? [items] : items;
  const start = list && (list[Symbol.asyncIterator] || list[Symbol.iterator]);
  if (typeof start !== 'function') {
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "iterable" argument must be an instance of Iterable.');
  }
  const iterator = start.call(list);
  const stream = new Readable(Object.assign({ objectMode: true, highWaterMark: 1 }, options));
  stream._read = () => {
    step(iterator).then(
      ({ done, value }) => stream.push(done ? null : value),
      (error) => stream.destroy(error)
    );
  };
  stream._destroy = (error, done) => {
    const stopped = typeof iterator.return === 'function' ? iterator.return() : undefined;
    Promise.resolve(stopped).then(
      () => done(error),
      (failure) => done(error || failure)
    );
  };
  return stream;
};

async function step(iterator) {
  const { done, value } = await iterator.next();
  return { done, value: await value };
}

function add(stream, given, encoding, first) {
  const source = stream[SOURCE];
  source.reading = false;
  let chunk = given;
  if (chunk === null) return finish(stream, source);
  if (source.ended && !first) {
    stream.destroy(coded(Error, 'ERR_STREAM_PUSH_AFTER_EOF', 'stream.push() after EOF'));
    return false;
  }
  if (!source.objects) {
    if (typeof chunk === 'string') chunk = Buffer.from(chunk, encoding);
    else if (!(chunk instanceof Uint8Array)) {
      stream.destroy(invalidChunk(chunk));
      return false;
    }
    if (source.decoder) chunk = source.decoder.write(chunk);
  }
  if (source.objects || chunk.length > 0) hand(stream, source, chunk, first);
  schedule(stream, source);
  return !source.ended && source.length < source.highWaterMark;
}

/** To whoever reads along, else to the queue. */
function hand(stream, source, chunk, first) {
  const isAwaited = source.flowing && !source.scheduled && !source.inRead && source.length === 0;
  if (isAwaited && !stream.destroyed && stream.listenerCount('data') > 0) {
    stream.emit('data', chunk);
    return;
  }
  source.length += source.objects ? 1 : chunk.length;
  if (first) source.queue.unshift(chunk);
  else source.queue.push(chunk);
}

function finish(stream, source) {
  if (source.ended) return false;
  source.ended = true;
  const rest = source.decoder ? source.decoder.end() : '';
  if (rest) {
    source.queue.push(rest);
    source.length += rest.length;
  }
  schedule(stream, source);
  return false;
}

function fill(stream, source) {
  if (source.reading || source.ended || stream.destroyed) return;
  source.reading = source.inRead = true;
  try {
    stream._read(source.highWaterMark);
  } catch (error) {
    stream.destroy(error);
  }
  source.inRead = false;
}

function available(source, wanted) {
  if (source.length === 0) return 0;
  if (source.objects) return 1;
  if (Number.isNaN(wanted)) return source.flowing ? source.queue[0].length : source.length;
  if (wanted <= source.length) return wanted;
  return source.ended ? source.length : 0;
}

function take(source, count) {
  source.length -= count;
  const { queue } = source;
  if (source.objects || queue[0].length === count) return queue.shift();
  const all = queue.length === 1 ? queue[0] : typeof queue[0] === 'string' ? queue.join('') : Buffer.concat(queue);
  source.queue = count < all.length ? [all.slice(count)] : [];
  return all.slice(0, count);
}

function schedule(stream, source) {
  if (source.scheduled || source.endEmitted) return;
  source.scheduled = true;
  nextTick(() => {
    source.scheduled = false;
    advance(stream, source);
  });
}

function advance(stream, source) {
  if (source.resumes) {
    source.resumes = false;
    stream.emit('resume');
  }
  if (stream.destroyed) return;
  if (stream.listenerCount('readable') > 0) {
    if (source.length > 0 || source.ended) stream.emit('readable');
    else fill(stream, source);
    return;
  }
  while (source.flowing && stream.read() !== null);
}

function end(stream, source) {
  if (source.endScheduled) return;
  source.endScheduled = true;
  nextTick(() => {
    if (stream.destroyed || source.length > 0) return;
    source.endEmitted = true;
    stream.emit('end');
    if (stream.allowHalfOpen === false) stream.end();
    destroyWhenDone(stream);
  });
}

/** Who leaves the loop early destroys the stream, as Node does. */
async function* iterate(stream) {
  let over;
  let wake = () => {};
  const onReadable = () => wake();
  stream.on('readable', onReadable);
  const forget = finished(stream, { writable: false }, (error) => {
    over = { error };
    wake();
  });
  try {
    for (;;) {
      const chunk = stream.destroyed ? null : stream.read();
      if (chunk !== null) yield chunk;
      else if (over && over.error) throw over.error;
      else if (over) return;
      else {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    forget();
    stream.removeListener('readable', onReadable);
    stream.destroy();
  }
}

module.exports = { Readable, initReadable, highWaterMarkOf };
