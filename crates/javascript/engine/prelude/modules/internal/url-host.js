'use strict';

// Hosts of WHATWG URLs: domains (with punycode for names beyond ASCII), IPv4 and IPv6 literals, opaque hosts.
// https://url.spec.whatwg.org/#host-parsing; mapping of names is NFKC and lower case, without the full UTS 46 tables.
const punycode = require('punycode');
const percent = require('internal/percent');

const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;

/** The host's serialised form, or null where it is not a host. */
exports.parseHost = function parseHost(input, special) {
  if (input[0] === '[') {
    if (input[input.length - 1] !== ']') return null;
    const pieces = parseIpv6(input.slice(1, -1));
    return pieces && '[' + formatIpv6(pieces) + ']';
  }
  if (!special) return FORBIDDEN_HOST.test(input) ? null : percent.encode(input, percent.C0);
  const domain = toAscii(percent.decodeToText(input));
  if (domain === null || domain === '' || FORBIDDEN_DOMAIN.test(domain)) return null;
  return endsInNumber(domain) ? parseIpv4(domain) : domain;
};

/** A domain in ASCII (`bücher.de` → `xn--bcher-kva.de`), or null. */
exports.toAscii = toAscii;
function toAscii(domain) {
  if (/^[\0-\x7f]*$/.test(domain)) return domain.toLowerCase();
  const mapped = domain
    .replace(/[\u00ad\u200b\u2060\ufeff]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC');
  if (mapped.includes('\ufffd')) return null;
  try {
    return punycode.toASCII(mapped);
  } catch {
    return null;
  }
}

function endsInNumber(domain) {
  const parts = domain.split('.');
  if (parts[parts.length - 1] === '') {
    if (parts.length === 1) return false;
    parts.pop();
  }
  const last = parts[parts.length - 1];
  return /^[0-9]+$/.test(last) || parseNumber(last) !== null;
}

function parseNumber(text) {
  if (text === '') return null;
  if (/^0[xX]/.test(text)) return /^0[xX][0-9a-fA-F]*$/.test(text) ? parseInt(text.slice(2) || '0', 16) : null;
  if (text.length > 1 && text[0] === '0') return /^[0-7]+$/.test(text) ? parseInt(text, 8) : null;
  return /^[0-9]+$/.test(text) ? parseInt(text, 10) : null;
}

function parseIpv4(domain) {
  const parts = domain.split('.');
  if (parts[parts.length - 1] === '' && parts.length > 1) parts.pop();
  if (parts.length > 4) return null;
  const numbers = parts.map(parseNumber);
  if (numbers.includes(null)) return null;
  const last = numbers.pop();
  if (numbers.some((n) => n > 255) || last >= Math.pow(256, 4 - numbers.length)) return null;
  let address = last;
  numbers.forEach((n, i) => {
    address += n * Math.pow(256, 3 - i);
  });
  return [24, 16, 8, 0].map((shift) => Math.floor(address / Math.pow(2, shift)) % 256).join('.');
}

/** The eight 16-bit pieces of an IPv6 literal, or null. */
function parseIpv6(text) {
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (dotted) {
    const bytes = dotted.slice(2);
    if (bytes.some((b) => Number(b) > 255 || (b.length > 1 && b[0] === '0'))) return null;
    const [a, b, c, d] = bytes.map(Number);
    text = dotted[1] + (a * 256 + b).toString(16) + ':' + (c * 256 + d).toString(16);
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (groups.some((group) => group.some((piece) => !/^[0-9a-fA-F]{1,4}$/.test(piece)))) return null;
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  if (halves.length === 1 ? count !== 8 : count > 7) return null;
  const zeros = new Array(8 - count).fill('0');
  return groups[0].concat(zeros, groups[1] || []).map((piece) => parseInt(piece, 16));
}

function formatIpv6(pieces) {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && pieces[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = pieces.map((piece) => piece.toString(16));
  if (best.start < 0) return hex.join(':');
  return hex.slice(0, best.start).join(':') + '::' + hex.slice(best.start + best.length).join(':');
}
