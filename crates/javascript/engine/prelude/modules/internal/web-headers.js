'use strict';

// The web's `Headers`: lower-case names in order, values joined by `, `.
const { HeaderList } = require('internal/header-list');

const VALUES = Symbol('values');

// Names that need no check. A long value is looked at with `includes`, which costs a fraction of an expression.
const KNOWN = new Set([
  'accept',
  'authorization',
  'content-type',
  'user-agent',
  'date',
  'server',
  'content-length',
  'connection',
  'set-cookie',
  'location',
  'x-api-key',
]);

class Headers {
  constructor(init) {
    Object.defineProperty(this, VALUES, { value: new Map() });
    if (init === undefined || init === null) return;
    if (init instanceof HeaderList) init = init.toObject();
    const pairs =
      typeof init[Symbol.iterator] === 'function' ? init : Object.keys(init).map((name) => [name, init[name]]);
    for (const [name, value] of pairs) {
      for (const item of Array.isArray(value) ? value : [value]) this.append(name, item);
    }
  }

  append(name, value) {
    const key = nameOf(name);
    this[VALUES].set(key, (this[VALUES].get(key) || []).concat(valueOf(value, key)));
  }
  set(name, value) {
    this[VALUES].set(nameOf(name), [valueOf(value, name)]);
  }
  get(name) {
    const values = this[VALUES].get(nameOf(name));
    return values ? values.join(', ') : null;
  }
  getSetCookie() {
    return (this[VALUES].get('set-cookie') || []).slice();
  }
  has(name) {
    return this[VALUES].has(nameOf(name));
  }
  delete(name) {
    this[VALUES].delete(nameOf(name));
  }
  forEach(callback, thisArg) {
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }
  *entries() {
    for (const name of Array.from(this[VALUES].keys()).sort()) {
      if (name === 'set-cookie') yield* this.getSetCookie().map((value) => [name, value]);
      else yield [name, this.get(name)];
    }
  }
  *keys() {
    for (const [name] of this.entries()) yield name;
  }
  *values() {
    for (const [, value] of this.entries()) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  get [Symbol.toStringTag]() {
    return 'Headers';
  }

  /** node-fetch's view: every name with a list of values. */
  raw() {
    return Object.fromEntries(this[VALUES]);
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return 'Headers ' + inspect(Object.fromEntries(this), options);
  }
}

function nameOf(name) {
  const text = String(name);
  const lower = text.toLowerCase();
  if (KNOWN.has(lower)) return lower;
  if (!/^[!#$%&'*+\-.^_`|~0-9a-zA-Z]+$/.test(text)) {
    throw new TypeError('Headers: "' + text + '" is an invalid header name.');
  }
  return lower;
}

function valueOf(value, name) {
  const text = String(value).trim();
  if (text.includes('\n') || text.includes('\r') || text.includes('\0')) {
    throw new TypeError('Headers: the value of "' + name + '" is an invalid header value.');
  }
  return text;
}

exports.Headers = Headers;

/** The headers of an answer, `{name: [values]}` in lower case, which need no check. */
exports.headersOfAnswer = function headersOfAnswer(values) {
  const headers = new Headers();
  for (const name in values) headers[VALUES].set(name, values[name]);
  return headers;
};

/** Puts every header into a client's HeaderList. */
exports.addTo = function addTo(list, headers) {
  for (const [name, values] of headers[VALUES]) list.set(name, values.join(', '));
  return list;
};
