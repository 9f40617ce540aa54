'use strict';

// lodash: kinds of values, comparing, copying, merging.
const deepEqual = require('internal/deep-equal');

const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const isObject = (value) => value !== null && (typeof value === 'object' || typeof value === 'function');
const isObjectLike = (value) => value !== null && typeof value === 'object';

function isPlainObject(value) {
  if (!isObjectLike(value) || tag(value) !== 'Object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isEqual(a, b) {
  return deepEqual(a, b, true) || (a === 0 && b === 0);
}

function isMatch(object, source) {
  return Object.keys(source).every(
    (key) =>
      object !== null &&
      object !== undefined &&
      key in Object(object) &&
      (isPlainObject(source[key]) ? isMatch(object[key], source[key]) : isEqual(object[key], source[key]))
  );
}

function isEmpty(value) {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string' || Array.isArray(value) || ArrayBuffer.isView(value)) return value.length === 0;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return Object.keys(Object(value)).length === 0;
}

function clone(value) {
  return copy(value, (item) => item, new Map());
}

function cloneDeep(value) {
  const seen = new Map();
  const deep = (item) => copy(item, deep, seen);
  return deep(value);
}

function copy(value, member, seen) {
  if (!isObjectLike(value)) return value;
  if (seen.has(value)) return seen.get(value);
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.slice();
  const result = Array.isArray(value)
    ? []
    : value instanceof Map
      ? new Map()
      : value instanceof Set
        ? new Set()
        : Object.create(Object.getPrototypeOf(value));
  seen.set(value, result);
  if (value instanceof Map) value.forEach((item, key) => result.set(key, member(item)));
  else if (value instanceof Set) value.forEach((item) => result.add(member(item)));
  for (const key of Object.keys(value)) result[key] = member(value[key]);
  return result;
}

function mergeWith(target, ...rest) {
  const customize = rest.pop();
  for (const source of rest) mergeOne(target, source, customize);
  return target;
}

function mergeOne(target, source, customize) {
  if (!isObject(source)) return;
  for (const key of Object.keys(source)) {
    if (key === '__proto__' || key === 'constructor') continue;
    const own = customize ? customize(target[key], source[key], key, target, source) : undefined;
    const value = source[key];
    if (own !== undefined) target[key] = own;
    else if (Array.isArray(value) || isPlainObject(value)) {
      const same = Array.isArray(value) ? Array.isArray(target[key]) : isObject(target[key]);
      if (!same) target[key] = Array.isArray(value) ? [] : {};
      mergeOne(target[key], value, customize);
    } else if (value !== undefined || !(key in target)) target[key] = value;
  }
}

const toNumber = (value) => (typeof value === 'string' ? Number(value.trim()) : Number(value));

module.exports = {
  isEqual,
  isMatch,
  isEmpty,
  clone,
  cloneDeep,
  mergeWith,
  isPlainObject,
  isObject,
  isObjectLike,
  merge: (target, ...sources) => mergeWith(target, ...sources, undefined),
  matches: (source) => (object) => isMatch(object, source),
  isArray: Array.isArray,
  isArguments: (value) => tag(value) === 'Arguments',
  isArrayLike: (value) =>
    value !== null &&
    value !== undefined &&
    typeof value !== 'function' &&
    Number.isInteger(value.length) &&
    value.length >= 0,
  isBoolean: (value) => value === true || value === false || tag(value) === 'Boolean',
  isBuffer: (value) => require('buffer').Buffer.isBuffer(value),
  isDate: (value) => tag(value) === 'Date',
  isError: (value) => value instanceof Error,
  isFinite: Number.isFinite,
  isFunction: (value) => typeof value === 'function',
  isInteger: Number.isInteger,
  isMap: (value) => value instanceof Map,
  isNaN: (value) => Number.isNaN(value),
  isNil: (value) => value === null || value === undefined,
  isNull: (value) => value === null,
  isNumber: (value) => typeof value === 'number' || tag(value) === 'Number',
  isRegExp: (value) => value instanceof RegExp,
  isSet: (value) => value instanceof Set,
  isString: (value) => typeof value === 'string' || tag(value) === 'String',
  isSymbol: (value) => typeof value === 'symbol',
  isUndefined: (value) => value === undefined,
  eq: (a, b) => a === b || (a !== a && b !== b),
  castArray: (...args) => (args.length ? (Array.isArray(args[0]) ? args[0] : [args[0]]) : []),
  toArray: (value) =>
    value === null || value === undefined
      ? []
      : typeof value[Symbol.iterator] === 'function'
        ? Array.from(value)
        : Object.values(value),
  toNumber,
  toFinite: (value) => (Number.isFinite(toNumber(value)) ? toNumber(value) : 0),
  toInteger: (value) => Math.trunc(toNumber(value)) || 0,
  toString: (value) => (value === null || value === undefined ? '' : Object.is(value, -0) ? '-0' : String(value)),
};
