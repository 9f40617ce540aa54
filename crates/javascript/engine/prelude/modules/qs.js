'use strict';

// `qs`: nested query strings. stringify with `arrayFormat` (indices, brackets, repeat, comma), `encode`,
// `encodeValuesOnly`, `skipNulls`, `strictNullHandling`, `addQueryPrefix`, `allowDots`, `delimiter`, `format` (RFC3986,
// RFC1738), `sort`, `filter` as a list; parse with `depth`, `arrayLimit`, `parameterLimit`, `ignoreQueryPrefix`,
// `allowDots`, `delimiter`, `comma`.
const percent = require('internal/percent');
const { unsupported } = require('internal/coded-error');

const UNRESERVED = /[^A-Za-z0-9\-._~]+/g;
const RFC1738 = /[^A-Za-z0-9\-._~()]+/g;

const ARRAY_KEYS = {
  indices: (prefix, index) => prefix + '[' + index + ']',
  brackets: (prefix) => prefix + '[]',
  repeat: (prefix) => prefix,
};

exports.stringify = function stringify(object, options = {}) {
  if (object === null || typeof object !== 'object') return '';
  if (typeof options.filter === 'function' || options.encoder) {
    throw unsupported('qs: a function as `filter` or `encoder`', 'prepare the object first');
  }
  const encode = (text) => {
    if (options.encode === false) return text;
    return options.format === 'RFC1738'
      ? percent.encode(text, RFC1738).replace(/%20/g, '+')
      : percent.encode(text, UNRESERVED);
  };
  const pairs = [];
  const write = (key, value) => {
    const name = options.encodeValuesOnly ? key : encode(key);
    if (value === null && options.strictNullHandling) pairs.push(name);
    else pairs.push(name + '=' + encode(value === null ? '' : String(value)));
  };
  const visit = (prefix, value) => {
    if (value instanceof Date) value = value.toISOString();
    if (
      value === undefined ||
      typeof value === 'function' ||
      typeof value === 'symbol' ||
      (value === null && options.skipNulls)
    ) {
      return;
    }
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return write(prefix, value);
    if (Array.isArray(value)) return visitList(prefix, value);
    for (const key of keysOf(value, options)) {
      visit(options.allowDots ? prefix + '.' + key : prefix + '[' + key + ']', value[key]);
    }
  };
  const visitList = (prefix, list) => {
    if (options.arrayFormat === 'comma') {
      if (list.length) write(prefix, list.join(','));
      return;
    }
    const format = options.arrayFormat || (options.indices === false ? 'repeat' : 'indices');
    list.forEach((item, index) => visit((ARRAY_KEYS[format] || ARRAY_KEYS.indices)(prefix, index), item));
  };
  for (const key of keysOf(object, options)) visit(key, object[key]);
  const text = pairs.join(options.delimiter || '&');
  return options.addQueryPrefix && text !== '' ? '?' + text : text;
};

function keysOf(object, options) {
  const keys = Array.isArray(options.filter) ? options.filter.filter((key) => key in object) : Object.keys(object);
  return typeof options.sort === 'function' ? keys.sort(options.sort) : keys;
}

exports.parse = function parse(text, options = {}) {
  const result = {};
  if (typeof text !== 'string') return text && typeof text === 'object' ? Object.assign(result, text) : result;
  const query = options.ignoreQueryPrefix ? text.replace(/^\?/, '') : text;
  const limit = options.parameterLimit === undefined ? 1000 : options.parameterLimit;
  for (const piece of query.split(options.delimiter || '&').slice(0, limit)) {
    if (piece === '') continue;
    const bracket = piece.indexOf(']=');
    const equals = bracket < 0 ? piece.indexOf('=') : bracket + 1;
    const name = decode(equals < 0 ? piece : piece.slice(0, equals));
    let value = equals < 0 ? (options.strictNullHandling ? null : '') : decode(piece.slice(equals + 1));
    if (options.comma && typeof value === 'string' && value.includes(',')) value = value.split(',');
    store(result, pathOf(name, options), value, options);
  }
  return compact(result);
};

function decode(text) {
  return percent.decodeToText(text.replace(/\+/g, ' '));
}

/** `a[b][]` as `['a', 'b', '']`; what lies deeper than `depth` stays in one piece. */
function pathOf(name, options) {
  const dotted = options.allowDots ? name.replace(/\.([^.[]+)/g, '[$1]') : name;
  const depth = options.depth === undefined ? 5 : Number(options.depth);
  const head = /^[^[]*/.exec(dotted)[0];
  let rest = dotted.slice(head.length);
  const path = head === '' && rest !== '' ? [] : [head];
  for (let level = 0; rest !== ''; level++) {
    const match = level < depth && /^\[([^[\]]*)\]/.exec(rest);
    if (!match) {
      path.push(rest);
      break;
    }
    path.push(match[1]);
    rest = rest.slice(match[0].length);
  }
  return path;
}

function store(result, path, value, options) {
  const arrayLimit = options.arrayLimit === undefined ? 20 : options.arrayLimit;
  let target = result;
  path.forEach((key, i) => {
    if (key === '__proto__') return;
    const last = i === path.length - 1;
    const isIndex = Array.isArray(target) && (key === '' || (/^\d+$/.test(key) && Number(key) <= arrayLimit));
    const slot = isIndex && key === '' ? target.length : key;
    const known = Object.prototype.hasOwnProperty.call(target, slot);
    if (last) {
      target[slot] = known ? [].concat(target[slot], value) : value;
    } else {
      if (!known || typeof target[slot] !== 'object' || target[slot] === null) {
        const next = path[i + 1];
        const list = next === '' || (/^\d+$/.test(next) && Number(next) <= arrayLimit);
        target[slot] = known ? { [target[slot]]: true } : list ? [] : {};
      }
      const fits = !Array.isArray(target[slot]) || path[i + 1] === '' || /^\d+$/.test(path[i + 1]);
      if (!fits) target[slot] = Object.assign({}, target[slot]);
      target = target[slot];
    }
  });
}

/** Takes the holes out of lists. */
function compact(value) {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(compact);
  if (value === null || typeof value !== 'object') return value;
  for (const key of Object.keys(value)) value[key] = compact(value[key]);
  return value;
}

exports.formats = { RFC1738: 'RFC1738', RFC3986: 'RFC3986', default: 'RFC3986' };
