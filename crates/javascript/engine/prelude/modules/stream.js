'use strict';

// `stream`, as far as bodies need it: Readable (push, read, pipe, async iteration, Readable.from), Writable, Duplex,
// Transform, PassThrough, finished, pipeline. Everything is in memory; there is no back-pressure.
const EventEmitter = require('events');
const { Buffer } = require('buffer');
const { inherits } = require('util');

const METHODS = ['read', 'write', 'transform', 'flush', 'final', 'destroy'];

function Stream(options) {
  EventEmitter.call(this);
  this.destroyed = false;
  if (options) {
    for (const name of METHODS) {
      if (typeof options[name] === 'function') this['_' + name] = options[name];
    }
  }
}
inherits(Stream, EventEmitter);

Stream.prototype.pipe = function pipe(target, options) {
  this.on('data', (chunk) => target.write(chunk));
  if (!options || options.end !== false) this.on('end', () => target.end && target.end());
  target.emit('pipe', this);
  return target;
};

Stream.prototype.destroy = function destroy(error) {
  if (this.destroyed) return this;
  this.destroyed = true;
  setImmediate(() => {
    if (error) this.emit('error', error);
    this.emit('close');
  });
  return this;
};

function Readable(options) {
  Stream.call(this, options);
  if (options) initReadable(this, options);
}
inherits(Readable, Stream);

function initReadable(stream, options) {
  const source = {
    queue: [],
    ended: false,
    finished: false,
    flowing: false,
    scheduled: false,
    encoding: options && options.encoding,
    objects: Boolean(options && (options.objectMode || options.readableObjectMode)),
  };
  Object.defineProperty(stream, 'source', { value: source });
  return source;
}

// What a stream holds is made when it is first asked for: the answers of HTTP calls are streams that few scripts read
// as such.
Object.defineProperty(Readable.prototype, 'source', {
  get() {
    return initReadable(this);
  },
  configurable: true,
});
Readable.prototype.readable = true;

const reading = {
  _read() {},

  push(chunk) {
    if (chunk === null) this.source.ended = true;
    else this.source.queue.push(this.source.objects || typeof chunk !== 'string' ? chunk : Buffer.from(chunk));
    this._schedule();
    return true;
  },

  setEncoding(encoding) {
    this.source.encoding = encoding;
    return this;
  },

  on(name, listener) {
    EventEmitter.prototype.on.call(this, name, listener);
    if (name === 'data') this.resume();
    if (name === 'readable') this._schedule();
    return this;
  },

  /** Everything that is there, as one chunk, or null. */
  read() {
    const { queue, objects } = this.source;
    if (queue.length === 0) return null;
    const chunk = objects ? queue.shift() : Buffer.concat(queue.splice(0));
    this._schedule();
    return this._decoded(chunk);
  },

  resume() {
    this.source.flowing = true;
    this._schedule();
    return this;
  },
  pause() {
    this.source.flowing = false;
    return this;
  },
  isPaused() {
    return !this.source.flowing;
  },

  _decoded(chunk) {
    return this.source.encoding && !this.source.objects ? Buffer.from(chunk).toString(this.source.encoding) : chunk;
  },

  _schedule() {
    const source = this.source;
    if (source.scheduled || source.finished) return;
    source.scheduled = true;
    setImmediate(() => {
      source.scheduled = false;
      this._flow();
    });
  },

  _flow() {
    const source = this.source;
    if (source.queue.length === 0 && !source.ended) this._read(16384);
    if (source.flowing) {
      while (source.flowing && source.queue.length) this.emit('data', this._decoded(source.queue.shift()));
    } else if (this.listenerCount('readable') && source.queue.length) {
      this.emit('readable');
    }
    const consumed = source.flowing || this.listenerCount('readable') > 0;
    if (consumed && source.ended && source.queue.length === 0 && !source.finished && !this.destroyed) {
      source.finished = true;
      this.readable = false;
      this.emit('end');
      this.emit('close');
    }
  },

  async *[Symbol.asyncIterator]() {
    const chunks = [];
    let ended = false;
    let failure = null;
    let wake = () => {};
    this.on('end', () => {
      ended = true;
      wake();
    });
    this.on('error', (error) => {
      failure = error;
      wake();
    });
    this.on('data', (chunk) => {
      chunks.push(chunk);
      wake();
    });
    for (;;) {
      if (chunks.length) yield chunks.shift();
      else if (failure) throw failure;
      else if (ended) return;
      else {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    }
  },
};
Object.assign(Readable.prototype, reading);
Readable.prototype.addListener = Readable.prototype.on;

/** A stream of what an iterable or an async iterable gives. */
Readable.from = function from(items, options) {
  const stream = new Readable(Object.assign({ objectMode: true }, options));
  (async () => {
    const list = typeof items === 'string' || items instanceof Uint8Array ? [items] : items;
    for await (const item of list) stream.push(item);
    stream.push(null);
  })().catch((error) => stream.destroy(error));
  return stream;
};

function Writable(options) {
  Stream.call(this, options);
  initWritable(this);
}
inherits(Writable, Stream);

function initWritable(stream) {
  stream.writable = true;
  Object.defineProperty(stream, 'sink', { value: { ending: false, queue: [], busy: false } });
}

const writing = {
  _write(chunk, encoding, done) {
    done();
  },

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (this.sink.ending) {
      const error = new Error('write after end');
      error.code = 'ERR_STREAM_WRITE_AFTER_END';
      setImmediate(() => this.emit('error', error));
      return false;
    }
    this.sink.queue.push({
      chunk: typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
      encoding: 'buffer',
      callback,
    });
    this._drain();
    return true;
  },

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (callback) this.once('finish', callback);
    this.sink.ending = true;
    this.writable = false;
    this._drain();
    return this;
  },

  _drain() {
    const sink = this.sink;
    if (sink.busy) return;
    const item = sink.queue.shift();
    if (item) {
      sink.busy = true;
      this._write(item.chunk, item.encoding, (error) => {
        sink.busy = false;
        if (item.callback) item.callback(error);
        if (error) this.destroy(error);
        else setImmediate(() => this._drain());
      });
    } else if (sink.ending && !sink.finished) {
      sink.finished = true;
      const finish = (error) => (error ? this.destroy(error) : setImmediate(() => this.emit('finish')));
      if (this._final) this._final(finish);
      else finish();
    }
  },

  cork() {},
  uncork() {},
  setDefaultEncoding() {
    return this;
  },
};
Object.assign(Writable.prototype, writing);

function Duplex(options) {
  Stream.call(this, options);
  initReadable(this, options);
  initWritable(this);
}
inherits(Duplex, Readable);
Object.assign(Duplex.prototype, writing);

function Transform(options) {
  Duplex.call(this, options);
}
inherits(Transform, Duplex);

Transform.prototype._transform = function (chunk, encoding, done) {
  done(null, chunk);
};
Transform.prototype._write = function (chunk, encoding, done) {
  this._transform(chunk, encoding, (error, result) => {
    if (result !== undefined && result !== null) this.push(result);
    done(error);
  });
};
Transform.prototype._final = function (done) {
  const finish = (error, result) => {
    if (result !== undefined && result !== null) this.push(result);
    this.push(null);
    done(error);
  };
  if (this._flush) this._flush(finish);
  else finish();
};

function PassThrough(options) {
  Transform.call(this, options);
}
inherits(PassThrough, Transform);

function finished(stream, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  let called = false;
  const once = (error) => {
    if (!called) done(error);
    called = true;
  };
  stream
    .on('end', () => once())
    .on('finish', () => once())
    .on('error', once);
}

function pipeline(...streams) {
  const callback = typeof streams[streams.length - 1] === 'function' ? streams.pop() : () => {};
  const list = streams.flat();
  let called = false;
  const done = (error) => {
    if (!called) callback(error);
    called = true;
  };
  list.forEach((stream) => stream.on('error', done));
  list[list.length - 1].on('finish', () => done());
  return list.reduce((source, target) => source.pipe(target));
}

module.exports = Object.assign(Stream, {
  Stream,
  Readable,
  Writable,
  Duplex,
  Transform,
  PassThrough,
  finished,
  pipeline,
});
module.exports.promises = {
  finished: (stream) =>
    new Promise((resolve, reject) => finished(stream, (error) => (error ? reject(error) : resolve()))),
  pipeline: (...streams) =>
    new Promise((resolve, reject) => pipeline(...streams, (error) => (error ? reject(error) : resolve()))),
};
