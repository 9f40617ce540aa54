// `structuredClone`: a deep copy that keeps cycles and the built-in classes, and refuses functions and symbols.
'use strict';

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const View = Object.getPrototypeOf(Uint8Array);

function refuse(value) {
  throw new DOMException(`${typeof value === 'symbol' ? String(value) : value} could not be cloned.`, 'DataCloneError');
}

function clone(value, seen) {
  if (typeof value === 'function' || typeof value === 'symbol') refuse(value);
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const keep = (copy) => {
    seen.set(value, copy);
    return copy;
  };
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (value instanceof View) {
    const Class = globalThis[value[Symbol.toStringTag]];
    return keep(new Class(clone(value.buffer, seen), value.byteOffset, value.length));
  }
  if (value instanceof DataView) {
    return keep(new DataView(clone(value.buffer, seen), value.byteOffset, value.byteLength));
  }
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const item of value) copy.add(clone(item, seen));
    return copy;
  }
  if (value instanceof Error) return keep(cloneError(value, seen));
  if (value instanceof Boolean || value instanceof Number || value instanceof String) {
    return keep(Object(value.valueOf()));
  }
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) refuse('[object]');
  const copy = keep(Array.isArray(value) ? new Array(value.length) : {});
  for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
  return copy;
}

function cloneError(error, seen) {
  const Class = Object.hasOwn(ERRORS, error.name) ? ERRORS[error.name] : Error;
  const copy = new Class(error.message);
  Object.defineProperty(copy, 'stack', { value: error.stack, writable: true, configurable: true });
  if ('cause' in error) {
    Object.defineProperty(copy, 'cause', { value: clone(error.cause, seen), writable: true, configurable: true });
  }
  return copy;
}

module.exports = function structuredClone(value) {
  return clone(value, new Map());
};
