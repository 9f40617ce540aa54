'use strict';

// Addresses as `axios` makes them: base address, query parameters, and its own choice of characters to leave unescaped.

exports.combine = function combine(baseURL, url) {
  if (!baseURL || /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url)) return url;
  return url ? baseURL.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '') : baseURL;
};

function escape(text) {
  return encodeURIComponent(text)
    .replace(/%3A/gi, ':')
    .replace(/%24/g, '$')
    .replace(/%2C/gi, ',')
    .replace(/%20/g, '+')
    .replace(/%5B/gi, '[')
    .replace(/%5D/gi, ']');
}

/**
 * The query of `params`. A function as `serializer` makes it; an object is the one that newer versions take (`encode`,
 * `serialize`, `indexes`), and with it nested values are written as they do. Without one they are written as JSON.
 */
exports.withParams = function withParams(url, params, serializer) {
  if (!params) return url;
  const text = queryOf(params, serializer);
  if (!text) return url;
  const plain = url.split('#')[0];
  return plain + (plain.includes('?') ? '&' : '?') + text;
};

function queryOf(params, serializer) {
  if (typeof serializer === 'function') return serializer(params);
  const options = serializer || {};
  if (options.serialize) return options.serialize(params, options);
  if (params instanceof URLSearchParams) return params.toString();
  const encode = options.encode || escape;
  const pairs = serializer ? nestedPairs(params, options.indexes) : flatPairs(params);
  return pairs.map(([name, value]) => encode(name) + '=' + encode(value)).join('&');
}

/** Names and values of an object: lists as `a[]`, objects in them or in their place as JSON. */
function flatPairs(object) {
  const pairs = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined || value === null) continue;
    const isList = Array.isArray(value);
    for (const item of isList ? value : [value]) pairs.push([isList ? key + '[]' : key, textOf(item)]);
  }
  return pairs;
}

function textOf(value) {
  if (value instanceof Date) return value.toISOString();
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Names and values of an object, nested ones as `a[b]`; lists as `a[]` (or `a`, or `a[0]`, by `indexes` null and true).
 */
function nestedPairs(object, indexes) {
  const pairs = [];
  const visit = (name, value) => {
    if (value === undefined || value === null) return;
    if (value instanceof Date) pairs.push([name, value.toISOString()]);
    else if (Array.isArray(value)) value.forEach((item, i) => visit(name + indexOf(item, i, indexes), item));
    else if (typeof value === 'object') {
      Object.keys(value).forEach((key) => visit(name + '[' + key + ']', value[key]));
    } else pairs.push([name, String(value)]);
  };
  for (const key of Object.keys(object)) visit(key, object[key]);
  return pairs;
}

function indexOf(item, i, indexes) {
  if (indexes || (item !== null && typeof item === 'object')) return '[' + i + ']';
  return indexes === null ? '' : '[]';
}
