// `setTimeout` and its kin, with the objects that Node gives.
'use strict';

const loop = require('internal/loop');

const LONGEST_MS = 2147483647;

function delay(ms) {
  const number = Number(ms);
  return number >= 1 && number <= LONGEST_MS ? Math.trunc(number) : 1;
}

function checkCallback(callback) {
  if (typeof callback === 'function') return;
  const error = new TypeError('The "callback" argument must be of type function');
  error.code = 'ERR_INVALID_ARG_TYPE';
  throw error;
}

const byNumber = new Map();
let count = 0;

class Timeout {
  #number = ++count;
  #id;
  #ms;
  #callback;
  #again;
  #counts = true;

  constructor(callback, ms, args, again) {
    checkCallback(callback);
    this.#callback = () => callback.apply(this, args);
    this.#ms = delay(ms);
    this.#again = again;
    this.#start();
  }

  #start() {
    this.#id = loop.startTimer(this.#ms, () => {
      if (this.#again) this.#start();
      else this.#stop();
      this.#callback();
    });
    if (!this.#counts) loop.setCounts(this.#id, false);
    byNumber.set(this.#number, this);
  }

  #stop() {
    loop.stopTimer(this.#id);
    byNumber.delete(this.#number);
  }

  #setCounts(counts) {
    this.#counts = counts;
    loop.setCounts(this.#id, counts);
    return this;
  }

  ref() {
    return this.#setCounts(true);
  }

  unref() {
    return this.#setCounts(false);
  }

  hasRef() {
    return this.#counts;
  }

  refresh() {
    loop.stopTimer(this.#id);
    this.#start();
    return this;
  }

  close() {
    this.#stop();
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.#number;
  }
}

class Immediate {
  #entry;

  constructor(callback, args) {
    checkCallback(callback);
    this.#entry = loop.startImmediate(() => callback(...args));
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }

  hasRef() {
    return true;
  }

  static clear(immediate) {
    loop.stopImmediate(immediate.#entry);
  }
}

exports.setTimeout = function setTimeout(callback, ms, ...args) {
  return new Timeout(callback, ms, args, false);
};

exports.setInterval = function setInterval(callback, ms, ...args) {
  return new Timeout(callback, ms, args, true);
};

exports.setImmediate = function setImmediate(callback, ...args) {
  return new Immediate(callback, args);
};

// What `timers/promises` exports, and what `util.promisify` makes of both: their callbacks come first and get no error.
exports.promises = {
  setTimeout: (ms, value) => new Promise((resolve) => exports.setTimeout(resolve, ms, value)),
  setImmediate: (value) => new Promise((resolve) => exports.setImmediate(resolve, value)),
};

const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');

for (const name of Object.keys(exports.promises)) {
  Object.defineProperty(exports[name], PROMISIFIED, { value: exports.promises[name] });
}

// Takes what `setTimeout` gave, or its number; anything else does nothing.
exports.clearTimeout = function clearTimeout(timer) {
  const found = timer instanceof Timeout ? timer : byNumber.get(Number(timer));
  if (found) found.close();
};

exports.clearInterval = exports.clearTimeout;

exports.clearImmediate = function clearImmediate(immediate) {
  if (immediate instanceof Immediate) Immediate.clear(immediate);
};

exports.queueMicrotask = function queueMicrotask(callback) {
  checkCallback(callback);
  // Thrown errors are the run's failure, as an uncaught error is, and no rejected promise.
  Promise.resolve().then(() => {
    try {
      callback();
    } catch (error) {
      loop.nextTick(() => {
        throw error;
      });
    }
  });
};
