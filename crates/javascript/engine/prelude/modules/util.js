'use strict';

// `util`: promisify, callbackify, inherits, deprecate, inspect, format, types, isDeepStrictEqual, TextEncoder/Decoder,
// the old `isArray` family.
const { inspect } = require('internal/inspect');
const { format } = require('internal/format');
const deepEqual = require('internal/deep-equal');
const { coded } = require('internal/coded-error');
const { TextEncoder, TextDecoder } = require('internal/text-encoding');

const CUSTOM_PROMISIFY = Symbol.for('nodejs.util.promisify.custom');

function promisify(original) {
  if (typeof original !== 'function') throw notFunction('original', original);
  if (original[CUSTOM_PROMISIFY]) return original[CUSTOM_PROMISIFY];
  const promised = function (...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, args.concat([(error, value) => (error ? reject(error) : resolve(value))]));
    });
  };
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
  Object.defineProperty(promised, 'name', { value: original.name, configurable: true });
  return promised;
}
promisify.custom = CUSTOM_PROMISIFY;

function callbackify(original) {
  if (typeof original !== 'function') throw notFunction('original', original);
  return function (...args) {
    const callback = args.pop();
    if (typeof callback !== 'function') throw notFunction('last argument', callback);
    Reflect.apply(original, this, args).then(
      (value) => setImmediate(callback, null, value),
      (error) => setImmediate(callback, error || wrapFalsy(error))
    );
  };
}

function wrapFalsy(reason) {
  const error = coded(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value');
  error.reason = reason;
  return error;
}

function inherits(constructor, parent) {
  if (typeof constructor !== 'function') throw notFunction('ctor', constructor);
  if (typeof parent !== 'function') throw notFunction('superCtor', parent);
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

/** Warns at the first call only. */
function deprecate(original, message, code) {
  let warned = false;
  return function (...args) {
    if (!warned) console.warn('DeprecationWarning' + (code ? ' [' + code + ']' : '') + ': ' + message);
    warned = true;
    return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
  };
}

function notFunction(name, value) {
  const received = value === null || value === undefined ? String(value) : 'type ' + typeof value;
  return coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    'The "' + name + '" argument must be of type function. Received ' + received
  );
}

const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const tagged = (name) => (value) => tag(value) === name;

const types = {
  isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isAnyArrayBuffer: (value) => /^(Shared)?ArrayBuffer$/.test(tag(value)),
  isBoxedPrimitive: (value) =>
    value !== null && typeof value === 'object' && /^(Number|String|Boolean|BigInt|Symbol)$/.test(tag(value)),
  isNativeError: (value) => value instanceof Error,
  isAsyncFunction: (value) => typeof value === 'function' && /^Async/.test(tag(value)),
  isGeneratorFunction: (value) => typeof value === 'function' && /GeneratorFunction$/.test(tag(value)),
  isPromise: (value) => value instanceof Promise,
};
for (const name of [
  'Date',
  'RegExp',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'ArrayBuffer',
  'DataView',
  'Uint8Array',
  'Float64Array',
]) {
  types['is' + name] = tagged(name);
}

const kinds = {
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isBuffer: (value) => require('buffer').Buffer.isBuffer(value),
  isDate: types.isDate,
  isError: (value) => value instanceof Error || tag(value) === 'Error',
  isFunction: (value) => typeof value === 'function',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isObject: (value) => value !== null && typeof value === 'object',
  isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  isRegExp: types.isRegExp,
  isString: (value) => typeof value === 'string',
  isSymbol: (value) => typeof value === 'symbol',
  isUndefined: (value) => value === undefined,
};

module.exports = Object.assign(kinds, {
  promisify,
  callbackify,
  inherits,
  deprecate,
  inspect,
  format,
  types,
  TextEncoder,
  TextDecoder,
  isDeepStrictEqual: (a, b) => deepEqual(a, b, true),
  debuglog: () => Object.assign(() => {}, { enabled: false }),
  log: (...args) => console.log(format(...args)),
  stripVTControlCharacters: (text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''),
  toUSVString: (text) =>
    String(text).replace(/[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g, '$1\ufffd'),
  _extend: (target, source) => (source !== null && typeof source === 'object' ? Object.assign(target, source) : target),
});
