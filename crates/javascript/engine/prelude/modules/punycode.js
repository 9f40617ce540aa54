'use strict';

// `punycode`: encode, decode, toASCII, toUnicode, ucs2 (RFC 3492).
const BASE = 36,
  T_MIN = 1,
  T_MAX = 26,
  SKEW = 38,
  DAMP = 700,
  BIAS = 72,
  FIRST = 128;

const digit = (value) => String.fromCharCode(value < 26 ? value + 97 : value + 22);

function valueOf(code) {
  if (code >= 48 && code < 58) return code - 22;
  if (code >= 65 && code < 91) return code - 65;
  return code >= 97 && code < 123 ? code - 97 : BASE;
}

function adapt(delta, count, first) {
  let value = Math.floor(delta / (first ? DAMP : 2));
  value += Math.floor(value / count);
  let steps = 0;
  for (; value > ((BASE - T_MIN) * T_MAX) >> 1; steps += BASE) value = Math.floor(value / (BASE - T_MIN));
  return steps + Math.floor(((BASE - T_MIN + 1) * value) / (value + SKEW));
}

const threshold = (k, bias) => (k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias);

function encode(text) {
  const points = ucs2.decode(text);
  const basic = points.filter((point) => point < FIRST);
  let output = String.fromCharCode(...basic);
  let handled = basic.length;
  if (handled) output += '-';
  let n = FIRST,
    delta = 0,
    bias = BIAS;
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        output += digit(t + ((q - t) % (BASE - t)));
        q = Math.floor((q - t) / (BASE - t));
      }
      output += digit(q);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return output;
}

function decode(text) {
  const cut = Math.max(0, text.lastIndexOf('-'));
  const output = [];
  for (let i = 0; i < cut; i++) {
    if (text.charCodeAt(i) >= FIRST) throw new RangeError('Illegal input >= 0x80 (not a basic code point)');
    output.push(text.charCodeAt(i));
  }
  let n = FIRST,
    i = 0,
    bias = BIAS,
    at = cut > 0 ? cut + 1 : 0;
  while (at < text.length) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const value = at < text.length ? valueOf(text.charCodeAt(at++)) : BASE;
      if (value >= BASE) throw new RangeError('Invalid input');
      i += value * weight;
      const t = threshold(k, bias);
      if (value < t) break;
      weight *= BASE - t;
    }
    bias = adapt(i - before, output.length + 1, before === 0);
    n += Math.floor(i / (output.length + 1));
    i %= output.length + 1;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}

const ucs2 = {
  decode: (text) => Array.from(text, (char) => char.codePointAt(0)),
  encode: (points) => String.fromCodePoint(...points),
};

function mapLabels(domain, change) {
  const at = domain.indexOf('@');
  const labels = domain
    .slice(at + 1)
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .split('.');
  return domain.slice(0, at + 1) + labels.map(change).join('.');
}

exports.version = '2.1.0';
exports.ucs2 = ucs2;
exports.encode = encode;
exports.decode = decode;
exports.toASCII = (domain) => mapLabels(domain, (label) => (/[^\0-\x7f]/.test(label) ? 'xn--' + encode(label) : label));
exports.toUnicode = (domain) =>
  mapLabels(domain, (label) => (/^xn--/.test(label) ? decode(label.slice(4).toLowerCase()) : label));
