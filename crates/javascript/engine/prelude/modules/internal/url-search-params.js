'use strict';

// `URLSearchParams` of the URL standard: a list of name-value pairs, read and written as
// application/x-www-form-urlencoded.
const percent = require('internal/percent');
const { coded } = require('internal/coded-error');

const FORM = /[^\x20\x2a\x2d\x2e\x30-\x39\x41-\x5a\x5f\x61-\x7a]+/g;
const PAIRS = Symbol('pairs');
const CHANGED = Symbol('changed');

const encodeForm = (text) => percent.encode(text, FORM).replace(/ /g, '+');
const decodeForm = (text) => percent.decodeToText(text.replace(/\+/g, ' '));

function parse(text) {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? [decodeForm(part), '']
        : [decodeForm(part.slice(0, equals)), decodeForm(part.slice(equals + 1))];
    });
}

class URLSearchParams {
  constructor(init) {
    Object.defineProperty(this, PAIRS, { value: [], writable: true });
    Object.defineProperty(this, CHANGED, { value: null, writable: true });
    if (init === undefined || init === null) return;
    if (typeof init !== 'object' && typeof init !== 'function') {
      this[PAIRS] = parse(String(init).replace(/^\?/, ''));
    } else if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) this[PAIRS].push(readPair(pair));
    } else {
      for (const name of Object.keys(init)) this[PAIRS].push([wellFormed(name), wellFormed(init[name])]);
    }
  }

  get size() {
    return this[PAIRS].length;
  }
  append(name, value) {
    need(arguments, 2);
    this[PAIRS].push([wellFormed(name), wellFormed(value)]);
    changed(this);
  }
  delete(name, value) {
    need(arguments, 1);
    this[PAIRS] = this[PAIRS].filter(
      (pair) => pair[0] !== String(name) || (value !== undefined && pair[1] !== String(value))
    );
    changed(this);
  }
  get(name) {
    need(arguments, 1);
    const pair = this[PAIRS].find((entry) => entry[0] === String(name));
    return pair ? pair[1] : null;
  }
  getAll(name) {
    need(arguments, 1);
    return this[PAIRS].filter((pair) => pair[0] === String(name)).map((pair) => pair[1]);
  }
  has(name, value) {
    need(arguments, 1);
    return this[PAIRS].some((pair) => pair[0] === String(name) && (value === undefined || pair[1] === String(value)));
  }
  set(name, value) {
    need(arguments, 2);
    const first = this[PAIRS].find((pair) => pair[0] === String(name));
    if (!first) return this.append(name, value);
    first[1] = wellFormed(value);
    this[PAIRS] = this[PAIRS].filter((pair) => pair === first || pair[0] !== String(name));
    changed(this);
  }
  sort() {
    this[PAIRS].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    changed(this);
  }
  forEach(callback, thisArg) {
    for (const [name, value] of this[PAIRS].slice()) callback.call(thisArg, value, name, this);
  }
  *entries() {
    for (let i = 0; i < this[PAIRS].length; i++) yield this[PAIRS][i].slice();
  }
  *keys() {
    for (const [name] of this.entries()) yield name;
  }
  *values() {
    for (const pair of this.entries()) yield pair[1];
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  toString() {
    return this[PAIRS].map(([name, value]) => encodeForm(name) + '=' + encodeForm(value)).join('&');
  }
  get [Symbol.toStringTag]() {
    return 'URLSearchParams';
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const shown = this[PAIRS].map(([name, value]) => inspect(name, options) + ' => ' + inspect(value, options));
    return shown.length === 0 ? 'URLSearchParams {}' : 'URLSearchParams { ' + shown.join(', ') + ' }';
  }
}

Object.defineProperty(URLSearchParams.prototype, '_reload', {
  value(text) {
    this[PAIRS] = parse(text);
  },
});

function readPair(pair) {
  const items =
    pair !== null && typeof pair === 'object' && typeof pair[Symbol.iterator] === 'function' ? Array.from(pair) : [];
  if (items.length !== 2) {
    throw coded(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
  }
  return items.map(wellFormed);
}

function wellFormed(value) {
  if (typeof value === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
  return String(value).replace(/[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g, '$1\ufffd');
}

function need(args, count) {
  if (args.length < count) {
    const names = count === 1 ? '"name" argument' : '"name" and "value" arguments';
    throw coded(TypeError, 'ERR_MISSING_ARGS', 'The ' + names + ' must be specified');
  }
}

function changed(params) {
  if (params[CHANGED]) params[CHANGED](params.toString());
}

exports.URLSearchParams = URLSearchParams;

/** The parameters of a `URL`: `onChange` gets the new query after every change. */
exports.attachedTo = function attachedTo(query, onChange) {
  const params = new URLSearchParams(query);
  params[CHANGED] = onChange;
  return params;
};
