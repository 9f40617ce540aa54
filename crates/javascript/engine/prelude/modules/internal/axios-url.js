'use strict';

// Addresses as `axios` makes them: base address, query parameters, and its own choice of characters to leave unescaped.

exports.combine = function combine(baseURL, url) {
  if (!baseURL || /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url)) return url;
  return url ? baseURL.replace(/\/?\/$/, '') + '/' + url.replace(/^\/+/, '') : baseURL;
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

exports.withParams = function withParams(url, params, serializer) {
  if (!params) return url;
  const own = typeof serializer === 'function' ? serializer : serializer && serializer.serialize;
  const text = own
    ? own(params, serializer)
    : params instanceof URLSearchParams
      ? params.toString()
      : exports
          .pairsOf(params, serializer && serializer.indexes)
          .map(
            ([name, value]) =>
              ((serializer && serializer.encode) || escape)(name) +
              '=' +
              ((serializer && serializer.encode) || escape)(value)
          )
          .join('&');
  if (!text) return url;
  const plain = url.split('#')[0];
  return plain + (plain.includes('?') ? '&' : '?') + text;
};

/**
 * Names and values of an object, nested ones as `a[b]`; lists as `a[]` (or `a`, or `a[0]`, by `indexes` null and true).
 */
exports.pairsOf = function pairsOf(object, indexes) {
  const pairs = [];
  const visit = (name, value) => {
    if (value === undefined || value === null) return;
    if (value instanceof Date) pairs.push([name, value.toISOString()]);
    else if (Array.isArray(value)) {
      value.forEach((item, i) =>
        visit(
          item !== null && typeof item === 'object'
            ? name + '[' + i + ']'
            : indexes === null
              ? name
              : indexes
                ? name + '[' + i + ']'
                : name + '[]',
          item
        )
      );
    } else if (typeof value === 'object')
      Object.keys(value).forEach((key) => visit(name + '[' + key + ']', value[key]));
    else pairs.push([name, String(value)]);
  };
  for (const key of Object.keys(object)) visit(key, object[key]);
  return pairs;
};
