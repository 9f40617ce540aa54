// The life of a script, which is loaded once, and of a run: calls the hook, hears its `cb`, waits with it, and says how it
// ended.
'use strict';

const native = require('internal/native');
const loop = require('internal/loop');
const failure = require('./failure');
const hook = require('./hook');
const stack = require('./stack');
const triggers = require('./triggers');

const { stringify } = JSON;
const { apply } = Reflect;
const then = Promise.prototype.then;

const NEVER_FINISHED = '{"never_finished":true}';
const NO_VALUE = '{"value":{}}';

// The result as JSON, from the first `cb`, throw or rejection on.
let result;
// Set when the run ends at once, whatever is still under way.
let isOver = false;

// Promises that were rejected and that nobody handles so far, with their reasons.
const rejected = new Map();

// What the script's text became, and the function that it exports once it was evaluated.
let factory;
let script;

// Evaluated here, a script costs its runs nothing. One that then throws, or asks the host for something that differs from
// run to run, is loaded again without.
exports.load = function (given, evaluate) {
  factory = given;
  if (evaluate) script = hook.load(factory);
};

exports.start = function (trigger, input) {
  try {
    const call = triggers.callOf(trigger, input);
    callHook(script || hook.load(factory), call);
  } catch (error) {
    exports.fail(error);
  }
  runTicks();
};

function callHook(called, call) {
  const count = call.push(callback) - 1;
  const returned = apply(called, undefined, call);
  if (returned === null || typeof returned !== 'object' || typeof returned.then !== 'function') return;
  // A function that has no parameter for `cb` finishes when its promise does. One that has it must call it: that is what
  // its author promised, and a promise that settles earlier is how a forgotten `cb` looks.
  const takesCallback = called.length > count;
  const promise = returned instanceof Promise ? returned : Promise.resolve(returned);
  apply(then, promise, [
    (value) => {
      if (!takesCallback && result === undefined) succeed(value);
    },
    exports.fail,
  ]);
}

function callback(error, value) {
  if (result !== undefined) {
    const place = stack.place();
    warn(`cb was called again${place && ` at ${place}`}; the first call counts`);
    return;
  }
  if (error) result = failure.toJson(error);
  else succeed(value);
}

function succeed(value) {
  if (!value) {
    result = NO_VALUE;
    return;
  }
  let json;
  try {
    json = stringify(value);
  } catch (cause) {
    const error = new Error('Error when JSON serializing the result of the extension point');
    error.cause = stack.describe(cause);
    result = failure.toJson(error);
    return;
  }
  result = json === undefined ? '{"value":null}' : `{"value":${json}}`;
}

// An error that nothing caught: a throw of the hook, in a timer or in a callback, or a rejected promise.
exports.fail = function (error) {
  failure.abandonIfOutOfMemory(error);
  if (result === undefined) {
    result = failure.toJson(error);
    isOver = true;
    return;
  }
  warn(`the hook failed after its result was known, which stands: ${failure.text(error)}`);
};

exports.deliver = function (event) {
  try {
    loop.deliver(event);
  } catch (error) {
    exports.fail(error);
  }
  runTicks();
};

// Says the result as JSON when the run is over, true when there is more to do at once, undefined when only the host can go on.
exports.turn = function () {
  if (isOver) {
    end();
    return result;
  }
  if (runTicks()) return true;
  if (rejected.size > 0) {
    const reasons = [...rejected.values()];
    rejected.clear();
    for (const reason of reasons) exports.fail(reason);
    return true;
  }
  const immediate = loop.takeImmediate();
  if (immediate !== undefined) {
    guarded(immediate);
    runTicks();
    return true;
  }
  if (loop.isWaiting()) return undefined;
  if (loop.endings !== undefined) end();
  return result === undefined ? NEVER_FINISHED : result;
};

function end() {
  for (const each of loop.endings || []) guarded(each);
}

exports.stall = loop.forgetAll;

// The engine calls it when a promise is rejected without a handler, and again if it gets one after all.
exports.noteRejection = function (promise, reason, isHandled) {
  if (isHandled) rejected.delete(promise);
  else rejected.set(promise, reason);
};

// The ticks that a step of the script left: they come before the reactions of promises.
function runTicks() {
  let tick = loop.takeTick();
  if (tick === undefined) return false;
  while (tick !== undefined && !isOver) {
    guarded(tick);
    tick = loop.takeTick();
  }
  return true;
}

function guarded(step) {
  try {
    step();
  } catch (error) {
    exports.fail(error);
  }
}

function warn(line) {
  native.log(2, line);
}
