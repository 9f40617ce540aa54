'use strict';

// lodash: paths into objects, and what is built on them.

/** `a.b[0]["c.d"]` as `['a', 'b', '0', 'c.d']`; a key that the object has as it stands wins. */
function toPath(path, object) {
  if (Array.isArray(path)) return path;
  if (typeof path !== 'string' || (object !== null && object !== undefined && path in Object(object))) return [path];
  const keys = [];
  path.replace(
    /[^.[\]]+|\[(?:(-?\d+(?:\.\d+)?)|(["'])(.*?)\2)\]|(?=(?:\.|\[\])(?:\.|\[\]|$))/g,
    (match, number, quote, text) => keys.push(quote ? text : number || match)
  );
  return keys;
}

function get(object, path, fallback) {
  let value = object;
  for (const key of toPath(path, object)) {
    if (value === null || value === undefined) return fallback;
    value = value[key];
  }
  return value === undefined ? fallback : value;
}

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

function set(object, path, value) {
  if (object === null || typeof object !== 'object') return object;
  const keys = toPath(path, object).map((key) => (typeof key === 'symbol' ? key : String(key)));
  if (keys.some((key) => FORBIDDEN.includes(key))) return object;
  let target = object;
  keys.slice(0, -1).forEach((key, i) => {
    if (target[key] === null || (typeof target[key] !== 'object' && typeof target[key] !== 'function')) {
      target[key] = /^(0|[1-9]\d*)$/.test(keys[i + 1]) ? [] : {};
    }
    target = target[key];
  });
  target[keys[keys.length - 1]] = value;
  return object;
}

function has(object, path) {
  let value = object;
  for (const key of toPath(path, object)) {
    if (value === null || value === undefined || !Object.prototype.hasOwnProperty.call(value, key)) return false;
    value = value[key];
  }
  return true;
}

function unset(object, path) {
  const keys = toPath(path, object);
  const parent = keys.length > 1 ? get(object, keys.slice(0, -1)) : object;
  return parent === null || parent === undefined ? true : delete parent[keys[keys.length - 1]];
}

function pick(object, ...paths) {
  const result = {};
  for (const path of paths.flat(Infinity)) {
    if (object !== null && object !== undefined && get(object, path) !== undefined) {
      set(result, toPath(path, object), get(object, path));
    } else if (object && has(object, path)) set(result, toPath(path, object), undefined);
  }
  return result;
}

function omit(object, ...paths) {
  const list = paths.flat(Infinity);
  const nested = list.some((path) => toPath(path, object).length > 1);
  const result = nested
    ? require('internal/lodash-values').cloneDeep(Object.assign({}, object))
    : Object.assign({}, object);
  for (const path of list) unset(result, toPath(path, result));
  return result;
}

/** A function for what lodash takes in its place: a path, a pair of path and value, or an object to match. */
function iteratee(value) {
  if (typeof value === 'function') return value;
  if (value === null || value === undefined) return (item) => item;
  const { isMatch, isEqual } = require('internal/lodash-values');
  if (Array.isArray(value)) return (item) => isEqual(get(item, value[0]), value[1]);
  if (typeof value === 'object') return (item) => isMatch(item, value);
  return (item) => get(item, value);
}

module.exports = {
  toPath,
  get,
  set,
  has,
  unset,
  pick,
  omit,
  iteratee,
  update: (object, path, change) => set(object, path, change(get(object, path))),
  at: (object, ...paths) => paths.flat(Infinity).map((path) => get(object, path)),
  property: (path) => (object) => get(object, path),
  propertyOf: (object) => (path) => get(object, path),
  result: (object, path, fallback) => {
    const value = get(object, path, fallback);
    return typeof value === 'function' ? value.call(get(object, toPath(path, object).slice(0, -1), object)) : value;
  },
  invoke: (object, path, ...args) => {
    const keys = toPath(path, object);
    const method = get(object, keys);
    return method === undefined
      ? undefined
      : method.apply(keys.length > 1 ? get(object, keys.slice(0, -1)) : object, args);
  },
};
