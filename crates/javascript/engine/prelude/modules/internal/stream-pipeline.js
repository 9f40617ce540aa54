'use strict';

// `stream.finished` and `stream.pipeline`.
const { coded } = require('internal/coded-error');
const { nextTick } = require('internal/loop');
const { SOURCE, SINK } = require('internal/stream-base');

/** Calls back once, when nothing more can come of a stream; gives a function that stops listening for it. */
function finished(stream, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options];
  const rules = options || {};
  const [source, sink] = [SOURCE in stream && stream[SOURCE], SINK in stream && stream[SINK]];
  let isRead = rules.readable === undefined ? !source : !rules.readable;
  let isWritten = rules.writable === undefined ? !(sink || (!source && stream.write)) : !rules.writable;
  if (source && source.endEmitted) isRead = true;
  if (sink && sink.finished) isWritten = true;
  let isOver = false;
  const settle = (error) => {
    if (isOver) return;
    forget();
    callback.call(stream, error);
  };
  const listeners = {
    end() {
      isRead = true;
      if (isWritten) settle();
    },
    finish() {
      isWritten = true;
      if (isRead) settle();
    },
    error: settle,
    close() {
      if (isRead && isWritten) settle();
      else settle(stream.errored || coded(Error, 'ERR_STREAM_PREMATURE_CLOSE', 'Premature close'));
    },
  };
  const names = Object.keys(listeners);
  function forget() {
    isOver = true;
    for (const name of names) stream.removeListener(name, listeners[name]);
  }
  for (const name of names) stream.on(name, listeners[name]);
  if (stream.closed) nextTick(listeners.close);
  else if (isRead && isWritten) nextTick(settle);
  return forget;
}

/** `stages` are streams, iterables and functions that take one and give the next. */
function pipeline(...stages) {
  const callback = stages.pop();
  if (typeof callback !== 'function') {
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "streams[stream.length - 1]" property must be of type function');
  }
  return connect(stages.length === 1 && Array.isArray(stages[0]) ? stages[0] : stages, callback);
}

function connect(stages, callback) {
  if (stages.length < 2) {
    throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "streams" argument must be specified');
  }
  const parts = partsOf(stages, callback);
  let current;
  stages.forEach((stage, index) => {
    const isLast = index === stages.length - 1;
    if (isStream(stage)) {
      // Its failure is the callback's matter; what destroying the others emits concerns nobody.
      stage.on('error', () => {});
      if (stage._isStdio) {
        if (isStream(current)) current.once('end', parts.add());
      } else finished(stage, { readable: !isLast, writable: index > 0 }, parts.add());
      if (index > 0) join(current, stage, parts);
      current = stage;
    } else if (typeof stage === 'function') {
      current = index === 0 ? stage() : stage(current);
      if (isLast) parts.await(isIterable(current) ? drained(current) : current);
    } else {
      current = stage;
    }
  });
  return current;
}

/** What has to come to its end before the whole has; the first failure ends everything. */
function partsOf(stages, callback) {
  let open = 0;
  let value;
  let isOver = false;
  function settle(error) {
    if (isOver) return;
    isOver = true;
    if (error) {
      for (const stage of stages) if (isStream(stage) && !stage._isStdio && stage.destroy) stage.destroy(error);
    }
    nextTick(() => (error || value === undefined ? callback(error) : callback(undefined, value)));
  }
  return {
    add() {
      open += 1;
      return (error) => {
        open -= 1;
        if (error || open === 0) settle(error);
      };
    },
    await(promise) {
      const done = this.add();
      Promise.resolve(promise).then((result) => {
        value = result;
        done();
      }, settle);
    },
    fail: settle,
  };
}

function join(from, to, parts) {
  if (isStream(from)) from.pipe(to);
  else parts.await(pump(from, to));
}

async function pump(items, target) {
  for await (const item of items) target.write(item);
  if (!target._isStdio) target.end();
}

async function drained(items) {
  const all = items[Symbol.asyncIterator]();
  while (!(await all.next()).done);
}

function isStream(value) {
  return Boolean(value) && typeof value.on === 'function' && Boolean(value.pipe || value.write);
}

function isIterable(value) {
  return Boolean(value) && typeof value[Symbol.asyncIterator] === 'function';
}

module.exports = { finished, pipeline };
