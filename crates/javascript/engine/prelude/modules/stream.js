'use strict';

// `stream`: Readable, Writable, Duplex, Transform, PassThrough, finished and pipeline. Everything is in memory; there is
// no back-pressure. No `compose`, no web streams and no `map`, `filter` and the like of a Readable.
const { inherits } = require('util');
const { Stream, notImplemented } = require('internal/stream-base');
const { Readable, initReadable } = require('internal/stream-readable');
const { Writable, initWritable, writing } = require('internal/stream-writable');
const { finished, pipeline } = require('internal/stream-pipeline');

function Duplex(options) {
  if (!(this instanceof Duplex)) return new Duplex(options);
  Stream.call(this, options);
  initReadable(this, options);
  initWritable(this, options);
  if (options && options.allowHalfOpen === false) this.allowHalfOpen = false;
}
inherits(Duplex, Readable);
Object.defineProperties(Duplex.prototype, Object.getOwnPropertyDescriptors(writing));
Duplex.prototype.allowHalfOpen = true;

function Transform(options) {
  if (!(this instanceof Transform)) return new Transform(options);
  Duplex.call(this, options);
}
inherits(Transform, Duplex);

Transform.prototype._read = function () {};
Transform.prototype._transform = function () {
  throw notImplemented('_transform()');
};
Transform.prototype._write = function (chunk, encoding, done) {
  this._transform(chunk, encoding, (error, result) => {
    if (!error && result !== undefined && result !== null) this.push(result);
    done(error);
  });
};
Transform.prototype._final = function (done) {
  const finish = (error, result) => {
    if (error) return done(error);
    if (result !== undefined && result !== null) this.push(result);
    this.push(null);
    done();
  };
  if (typeof this._flush === 'function') this._flush(finish);
  else finish();
};

function PassThrough(options) {
  if (!(this instanceof PassThrough)) return new PassThrough(options);
  Transform.call(this, options);
}
inherits(PassThrough, Transform);

PassThrough.prototype._transform = function (chunk, encoding, done) {
  done(null, chunk);
};

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
  finished: (stream, options) =>
    new Promise((resolve, reject) => finished(stream, options, (error) => (error ? reject(error) : resolve()))),
  pipeline: (...streams) =>
    new Promise((resolve, reject) =>
      pipeline(...streams, (error, value) => (error ? reject(error) : resolve(value)))
    ),
};
