'use strict';

// Text to bytes and back in the encodings that `Buffer` and `string_decoder` know.
const native = require('internal/native');
const { coded } = require('internal/coded-error');

const NAMES = {
  utf8: 'utf8',
  'utf-8': 'utf8',
  hex: 'hex',
  base64: 'base64',
  base64url: 'base64url',
  ascii: 'ascii',
  latin1: 'latin1',
  binary: 'latin1',
  ucs2: 'utf16le',
  'ucs-2': 'utf16le',
  utf16le: 'utf16le',
  'utf-16le': 'utf16le',
};

/** The canonical name of an encoding, or undefined. */
exports.canonical = function canonical(encoding) {
  const name = String(encoding).toLowerCase();
  return Object.prototype.hasOwnProperty.call(NAMES, name) ? NAMES[name] : undefined;
};

/** The canonical name; UTF-8 where none is given; throws for an unknown one. */
exports.required = function required(encoding) {
  if (encoding === undefined || encoding === null || encoding === '') return 'utf8';
  const name = exports.canonical(encoding);
  if (!name) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', 'Unknown encoding: ' + encoding);
  return name;
};

/** The bytes of `text`, as a Uint8Array. */
exports.encode = function encode(text, encoding) {
  switch (exports.required(encoding)) {
    case 'utf8':
      return native.utf8Encode(text);
    case 'hex':
      return native.hexDecode(text);
    case 'base64':
    case 'base64url':
      return native.base64Decode(text);
    case 'utf16le':
      return encodeUtf16(text);
    default:
      return native.latin1Encode(text);
  }
};

/** The text of `bytes`, a Uint8Array. */
exports.decode = function decode(bytes, encoding) {
  switch (exports.required(encoding)) {
    case 'utf8':
      return native.utf8Decode(bytes);
    case 'hex':
      return native.hexEncode(bytes);
    case 'base64':
      return native.base64Encode(bytes);
    case 'base64url':
      return native.base64Encode(bytes, true);
    case 'utf16le':
      return decodeUtf16(bytes);
    case 'ascii':
      return native.latin1Decode(bytes.map((byte) => byte & 127));
    default:
      return native.latin1Decode(bytes);
  }
};

function encodeUtf16(text) {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    bytes[2 * i] = text.charCodeAt(i) & 255;
    bytes[2 * i + 1] = text.charCodeAt(i) >> 8;
  }
  return bytes;
}

function decodeUtf16(bytes) {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode(bytes[i] | (bytes[i + 1] << 8));
  return text;
}
