'use strict';

// `assert`: ok, equal, strictEqual, deepEqual, deepStrictEqual and their opposites, throws, rejects, match, fail,
// ifError; `assert.strict`.
const { inspect } = require('internal/inspect');
const deepEqual = require('internal/deep-equal');
const { coded } = require('internal/coded-error');

class AssertionError extends Error {
  constructor(options) {
    super(
      options.message === undefined
        ? inspect(options.actual) + ' ' + options.operator + ' ' + inspect(options.expected)
        : String(options.message)
    );
    this.name = 'AssertionError';
    this.code = 'ERR_ASSERTION';
    this.generatedMessage = options.message === undefined;
    this.actual = options.actual;
    this.expected = options.expected;
    this.operator = options.operator;
  }
}

function fail(message, actual, expected, operator, text) {
  if (message instanceof Error) throw message;
  const error = new AssertionError({ message: message === undefined ? text : message, actual, expected, operator });
  error.generatedMessage = message === undefined;
  throw error;
}

function assert(value, message) {
  if (value) return;
  if (arguments.length === 0) fail(undefined, value, true, '==', 'No value argument passed to `assert.ok()`');
  fail(message, value, true, '==', 'The expression evaluated to a falsy value: ' + inspect(value));
}

const TITLES = {
  equal: ['==', (a, b) => a == b || (a !== a && b !== b), (a, b) => inspect(a) + ' == ' + inspect(b)],
  notEqual: ['!=', (a, b) => !(a == b || (a !== a && b !== b)), (a, b) => inspect(a) + ' != ' + inspect(b)],
  strictEqual: [
    'strictEqual',
    Object.is,
    (a, b) => 'Expected values to be strictly equal:\n\n' + inspect(a) + ' !== ' + inspect(b) + '\n',
  ],
  notStrictEqual: [
    'notStrictEqual',
    (a, b) => !Object.is(a, b),
    (a) => 'Expected "actual" to be strictly unequal to: ' + inspect(a),
  ],
  deepEqual: [
    'deepEqual',
    (a, b) => deepEqual(a, b, false),
    (a, b) =>
      'Expected values to be loosely deep-equal:\n\n' + inspect(a) + '\n\nshould loosely deep-equal\n\n' + inspect(b),
  ],
  notDeepEqual: [
    'notDeepEqual',
    (a, b) => !deepEqual(a, b, false),
    (a) => 'Expected "actual" not to be loosely deep-equal to: ' + inspect(a),
  ],
  deepStrictEqual: [
    'deepStrictEqual',
    (a, b) => deepEqual(a, b, true),
    (a, b) =>
      'Expected values to be strictly deep-equal:\n\n' + inspect(a) + '\n\nshould strictly deep-equal\n\n' + inspect(b),
  ],
  notDeepStrictEqual: [
    'notDeepStrictEqual',
    (a, b) => !deepEqual(a, b, true),
    (a) => 'Expected "actual" not to be strictly deep-equal to: ' + inspect(a),
  ],
};
for (const name of Object.keys(TITLES)) {
  const [operator, holds, describe] = TITLES[name];
  assert[name] = function (actual, expected, message) {
    if (arguments.length < 2) {
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
    }
    if (!holds(actual, expected)) fail(message, actual, expected, operator, describe(actual, expected));
  };
}

/** Whether a thrown value is what the caller named: a class, a pattern, a check, or an object of properties. */
function fits(error, expected) {
  if (expected === undefined || typeof expected === 'string') return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected !== 'function') {
    return Object.keys(expected).every((key) =>
      expected[key] instanceof RegExp && typeof error[key] === 'string'
        ? expected[key].test(error[key])
        : deepEqual(error[key], expected[key], true)
    );
  }
  if (expected.prototype !== undefined && error instanceof expected) return true;
  return !(expected === Error || expected.prototype instanceof Error) && Reflect.apply(expected, {}, [error]) === true;
}

function settle(thrown, expected, message, operator) {
  const text = typeof expected === 'string' ? expected : message;
  if (!thrown) {
    fail(
      text,
      undefined,
      expected,
      operator,
      operator === 'rejects' ? 'Missing expected rejection.' : 'Missing expected exception.'
    );
  }
  if (!fits(thrown.error, expected)) {
    if (typeof expected === 'function' && (expected === Error || expected.prototype instanceof Error)) {
      throw thrown.error;
    }
    fail(
      message,
      thrown.error,
      expected,
      operator,
      'The error is expected to match ' + inspect(expected) + '. Received: ' + inspect(thrown.error)
    );
  }
}

const rest = {
  AssertionError,
  ok: assert,
  fail(message) {
    fail(message, undefined, undefined, 'fail', 'Failed');
  },
  ifError(value) {
    if (value !== null && value !== undefined) {
      fail(
        undefined,
        value,
        null,
        'ifError',
        'ifError got unwanted exception: ' + ((value && value.message) || inspect(value))
      );
    }
  },
  throws(block, expected, message) {
    let thrown = null;
    try {
      block();
    } catch (error) {
      thrown = { error };
    }
    settle(thrown, expected, message, 'throws');
  },
  doesNotThrow(block, expected, message) {
    try {
      block();
    } catch (error) {
      const text = typeof expected === 'string' ? expected : message;
      fail(
        undefined,
        error,
        expected,
        'doesNotThrow',
        'Got unwanted exception' + (text ? ': ' + text : '.') + '\nActual message: "' + (error && error.message) + '"'
      );
    }
  },
  async rejects(promise, expected, message) {
    let thrown = null;
    try {
      await (typeof promise === 'function' ? promise() : promise);
    } catch (error) {
      thrown = { error };
    }
    settle(thrown, expected, message, 'rejects');
  },
  async doesNotReject(promise, expected, message) {
    try {
      await (typeof promise === 'function' ? promise() : promise);
    } catch (error) {
      fail(
        message,
        error,
        expected,
        'doesNotReject',
        'Got unwanted rejection.\nActual message: "' + (error && error.message) + '"'
      );
    }
  },
  match(text, pattern, message) {
    if (typeof text !== 'string' || !pattern.test(text)) {
      fail(
        message,
        text,
        pattern,
        'match',
        'The input did not match the regular expression ' + inspect(pattern) + '. Input:\n\n' + inspect(text) + '\n'
      );
    }
  },
  doesNotMatch(text, pattern, message) {
    if (typeof text === 'string' && pattern.test(text)) {
      fail(
        message,
        text,
        pattern,
        'doesNotMatch',
        'The input was expected to not match the regular expression ' +
          inspect(pattern) +
          '. Input:\n\n' +
          inspect(text) +
          '\n'
      );
    }
  },
};
Object.assign(assert, rest);

assert.strict = Object.assign(
  function strict(...args) {
    return Reflect.apply(assert, this, args);
  },
  assert,
  {
    equal: assert.strictEqual,
    notEqual: assert.notStrictEqual,
    deepEqual: assert.deepStrictEqual,
    notDeepEqual: assert.notDeepStrictEqual,
  }
);
assert.strict.strict = assert.strict;

module.exports = assert;
