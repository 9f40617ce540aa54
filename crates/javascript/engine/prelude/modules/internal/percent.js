'use strict';

// Percent-encoding with the sets of the URL standard (https://url.spec.whatwg.org/#percent-encoded-bytes).
const native = require('internal/native');

exports.C0 = /[^\x20-\x7e]+/g;
exports.FRAGMENT = /[^\x21\x23-\x3b\x3d\x3f-\x5f\x61-\x7e]+/g;
exports.QUERY = /[^\x21\x24-\x3b\x3d\x3f-\x7e]+/g;
exports.SPECIAL_QUERY = /[^\x21\x24-\x26\x28-\x3b\x3d\x3f-\x7e]+/g;
exports.PATH = /[^\x21\x24-\x3b\x3d\x40-\x5f\x61-\x7a\x7c\x7e]+/g;
exports.USERINFO = /[^\x21\x24-\x2e\x30-\x39\x41-\x5a\x5f\x61-\x7a\x7e]+/g;

const HEX = '0123456789ABCDEF';

/** `%XX` for each byte. */
function escapeBytes(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += '%' + HEX[bytes[i] >> 4] + HEX[bytes[i] & 15];
  return text;
}

/** `text` with every run that `set` matches written as percent-encoded UTF-8. */
exports.encode = function encode(text, set) {
  return text.replace(set, (run) => escapeBytes(native.utf8Encode(run)));
};

/** The bytes behind `%XX`; what is no escape stays as it is. */
exports.decodeToBytes = function decodeToBytes(text) {
  const bytes = native.utf8Encode(text);
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i];
    if (byte === 0x25 && i + 2 < bytes.length) {
      const pair = String.fromCharCode(bytes[i + 1], bytes[i + 2]);
      if (/^[0-9a-fA-F]{2}$/.test(pair)) {
        byte = parseInt(pair, 16);
        i += 2;
      }
    }
    out[length++] = byte;
  }
  return out.subarray(0, length);
};

/** The text behind `%XX`, read as UTF-8 with U+FFFD for what is not. */
exports.decodeToText = function decodeToText(text) {
  return text.includes('%') ? native.utf8Decode(exports.decodeToBytes(text)) : text;
};
