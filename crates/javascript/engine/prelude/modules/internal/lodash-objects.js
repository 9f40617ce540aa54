'use strict';

// lodash: objects, functions, numbers and small tools.
const { iteratee, get } = require('internal/lodash-paths');

const own = (object) => Object.keys(Object(object === null || object === undefined ? {} : object));

function keysIn(object) {
  const keys = [];
  for (const key in Object(object)) keys.push(key);
  return keys;
}

function debounce(run, wait = 0, { leading = false, trailing = true } = {}) {
  let timer = null;
  let pending = null;
  let result;
  const call = () => {
    const { self, args } = pending;
    pending = null;
    result = run.apply(self, args);
    return result;
  };
  const debounced = function (...args) {
    const first = timer === null;
    pending = { self: this, args };
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      if (trailing && pending) call();
    }, wait);
    if (leading && first) call();
    return result;
  };
  debounced.cancel = () => {
    clearTimeout(timer);
    [timer, pending] = [null, null];
  };
  debounced.flush = () => (timer !== null && pending ? (clearTimeout(timer), (timer = null), call()) : result);
  return debounced;
}

function throttle(run, wait = 0) {
  let blocked = false;
  let pending = null;
  const open = () => {
    blocked = false;
    if (pending) {
      const { self, args } = pending;
      pending = null;
      throttled.apply(self, args);
    }
  };
  const throttled = function (...args) {
    if (blocked) {
      pending = { self: this, args };
      return undefined;
    }
    blocked = true;
    setTimeout(open, wait);
    return run.apply(this, args);
  };
  return throttled;
}

function memoize(run, resolver) {
  const memoized = function (...args) {
    const key = resolver ? resolver.apply(this, args) : args[0];
    if (!memoized.cache.has(key)) memoized.cache.set(key, run.apply(this, args));
    return memoized.cache.get(key);
  };
  memoized.cache = new Map();
  return memoized;
}

function curry(run, arity = run.length) {
  return function curried(...args) {
    return args.length >= arity ? run.apply(this, args) : (...more) => curried.apply(this, args.concat(more));
  };
}

function once(run) {
  let done = false;
  let result;
  return function (...args) {
    if (!done) [done, result] = [true, run.apply(this, args)];
    return result;
  };
}

function rounded(how) {
  return (number, precision = 0) => {
    const [digits, exponent = '0'] = String(number).split('e');
    const [moved, back = '0'] = String(Math[how](Number(digits + 'e' + (Number(exponent) + precision)))).split('e');
    return Number(moved + 'e' + (Number(back) - precision));
  };
}

let ids = 0;

module.exports = {
  debounce,
  throttle,
  memoize,
  curry,
  once,
  keysIn,
  keys: own,
  values: (object) => own(object).map((key) => object[key]),
  toPairs: (object) => own(object).map((key) => [key, object[key]]),
  entries: (object) => own(object).map((key) => [key, object[key]]),
  assign: Object.assign,
  assignIn: (target, ...sources) => {
    sources.forEach((source) =>
      keysIn(source).forEach((key) => {
        target[key] = source[key];
      })
    );
    return target;
  },
  extend: (target, ...sources) => module.exports.assignIn(target, ...sources),
  defaults(target, ...sources) {
    for (const source of sources) {
      for (const key of keysIn(source)) if (target[key] === undefined) target[key] = source[key];
    }
    return target;
  },
  defaultsDeep(target, ...sources) {
    const { isPlainObject, cloneDeep } = require('internal/lodash-values');
    for (const source of sources) {
      for (const key of own(source)) {
        if (target[key] === undefined) target[key] = cloneDeep(source[key]);
        else if (isPlainObject(target[key]) && isPlainObject(source[key])) {
          module.exports.defaultsDeep(target[key], source[key]);
        }
      }
    }
    return target;
  },
  mapValues: (object, value) =>
    Object.fromEntries(own(object).map((key) => [key, iteratee(value)(object[key], key, object)])),
  mapKeys: (object, value) =>
    Object.fromEntries(own(object).map((key) => [iteratee(value)(object[key], key, object), object[key]])),
  pickBy: (object, value) =>
    Object.fromEntries(
      own(object)
        .filter((key) => iteratee(value)(object[key], key))
        .map((key) => [key, object[key]])
    ),
  omitBy: (object, value) =>
    Object.fromEntries(
      own(object)
        .filter((key) => !iteratee(value)(object[key], key))
        .map((key) => [key, object[key]])
    ),
  invert: (object) => Object.fromEntries(own(object).map((key) => [object[key], key])),
  findKey: (object, value) => own(object).find((key) => iteratee(value)(object[key], key, object)),
  forOwn: (object, visit) => {
    own(object).some((key) => visit(object[key], key, object) === false);
    return object;
  },
  forIn: (object, visit) => {
    keysIn(object).some((key) => visit(object[key], key, object) === false);
    return object;
  },
  functions: (object) => own(object).filter((key) => typeof object[key] === 'function'),
  transform(object, change, initial) {
    const result = initial === undefined ? (Array.isArray(object) ? [] : {}) : initial;
    own(object).some((key) => change(result, object[key], Array.isArray(object) ? Number(key) : key, object) === false);
    return result;
  },
  identity: (value) => value,
  constant: (value) => () => value,
  noop: () => undefined,
  stubTrue: () => true,
  stubFalse: () => false,
  stubArray: () => [],
  stubObject: () => ({}),
  times: (count, run = (i) => i) => Array.from({ length: Math.max(0, count) }, (unused, i) => run(i)),
  uniqueId: (prefix = '') => prefix + ++ids,
  now: () => Date.now(),
  negate: (test) =>
    function (...args) {
      return !test.apply(this, args);
    },
  partial: (run, ...first) =>
    function (...args) {
      return run.apply(this, first.concat(args));
    },
  partialRight: (run, ...last) =>
    function (...args) {
      return run.apply(this, args.concat(last));
    },
  ary: (run, count) =>
    function (...args) {
      return run.apply(this, args.slice(0, count));
    },
  unary: (run) =>
    function (value) {
      return run.call(this, value);
    },
  flip: (run) =>
    function (...args) {
      return run.apply(this, args.reverse());
    },
  wrap:
    (value, wrapper) =>
    (...args) =>
      wrapper(value, ...args),
  spread: (run) => (args) => run(...args),
  bind: (run, self, ...first) => run.bind(self, ...first),
  bindAll: (object, ...names) => {
    names.flat().forEach((name) => {
      object[name] = object[name].bind(object);
    });
    return object;
  },
  after: (count, run) =>
    function (...args) {
      return --count < 1 ? run.apply(this, args) : undefined;
    },
  before(count, run) {
    let result;
    return function (...args) {
      if (--count > 0) result = run.apply(this, args);
      return result;
    };
  },
  delay: (run, wait, ...args) => setTimeout(run, wait, ...args),
  defer: (run, ...args) => setTimeout(run, 1, ...args),
  flow: (...steps) =>
    function (...args) {
      return steps.flat().reduce((value, step, i) => (i ? step(value) : step.apply(this, args)), args[0]);
    },
  flowRight: (...steps) => module.exports.flow(...steps.flat().reverse()),
  over:
    (...readers) =>
    (...args) =>
      readers.flat().map((read) => read(...args)),
  cond:
    (pairs) =>
    (...args) => {
      const found = pairs.find(([test]) => test(...args));
      return found && found[1](...args);
    },
  attempt(run, ...args) {
    try {
      return run(...args);
    } catch (error) {
      return error instanceof Error ? error : new Error(error);
    }
  },
  tap: (value, visit) => {
    visit(value);
    return value;
  },
  thru: (value, change) => change(value),
  iteratee,
  method:
    (path, ...args) =>
    (object) =>
      get(object, path).apply(object, args),
  clamp: (number, lower, upper) =>
    upper === undefined ? Math.min(number, lower) : Math.min(Math.max(number, lower), upper),
  inRange: (number, start, end) =>
    end === undefined
      ? number >= Math.min(0, start) && number < Math.max(0, start)
      : number >= Math.min(start, end) && number < Math.max(start, end),
  random(lower = 1, upper, floating) {
    if (typeof upper === 'boolean') [upper, floating] = [undefined, upper];
    if (upper === undefined) [lower, upper] = [0, lower];
    const whole = !floating && Number.isInteger(lower) && Number.isInteger(upper);
    return whole ? lower + Math.floor(Math.random() * (upper - lower + 1)) : lower + Math.random() * (upper - lower);
  },
  round: rounded('round'),
  floor: rounded('floor'),
  ceil: rounded('ceil'),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  defaultTo: (value, fallback) => (value === null || value === undefined || value !== value ? fallback : value),
};
