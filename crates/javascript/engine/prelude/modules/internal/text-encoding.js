'use strict';

// `TextEncoder` and `TextDecoder` (UTF-8, UTF-16LE, Latin-1; `fatal`, `ignoreBOM`, `stream` for UTF-8).
const native = require('internal/native');
const encoding = require('internal/encoding');
const { coded } = require('internal/coded-error');

const LABELS = {
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  utf16le: 'utf-16le',
  'utf-16le': 'utf-16le',
  'utf-16': 'utf-16le',
  latin1: 'windows-1252',
  ascii: 'windows-1252',
  'us-ascii': 'windows-1252',
  'iso-8859-1': 'windows-1252',
  'windows-1252': 'windows-1252',
};

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }
  encode(text = '') {
    return native.utf8Encode(String(text));
  }
  encodeInto(text, target) {
    let read = 0;
    let written = 0;
    for (const char of String(text)) {
      const bytes = native.utf8Encode(char);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      read += char.length;
      written += bytes.length;
    }
    return { read, written };
  }
  get [Symbol.toStringTag]() {
    return 'TextEncoder';
  }
}

class TextDecoder {
  constructor(label = 'utf-8', options = {}) {
    const name = LABELS[String(label).trim().toLowerCase()];
    if (!name) throw coded(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', 'The "' + label + '" encoding is not supported');
    Object.defineProperty(this, 'encoding', { value: name, enumerable: true });
    Object.defineProperty(this, 'fatal', { value: Boolean(options && options.fatal), enumerable: true });
    Object.defineProperty(this, 'ignoreBOM', { value: Boolean(options && options.ignoreBOM), enumerable: true });
    Object.defineProperty(this, 'state', { value: { rest: new Uint8Array(0), started: false } });
  }

  decode(input, options = {}) {
    const state = this.state;
    let bytes = joined(state.rest, viewBytes(input));
    const keep = options.stream ? unfinished(bytes, this.encoding) : 0;
    state.rest = bytes.slice(bytes.length - keep);
    bytes = bytes.subarray(0, bytes.length - keep);
    let text;
    if (this.encoding === 'utf-8') {
      try {
        text = native.utf8Decode(bytes, this.fatal);
      } catch {
        state.rest = new Uint8Array(0);
        throw coded(
          TypeError,
          'ERR_ENCODING_INVALID_ENCODED_DATA',
          'The encoded data was not valid for encoding utf-8'
        );
      }
    } else {
      text = encoding.decode(bytes, this.encoding === 'utf-16le' ? 'utf16le' : 'latin1');
    }
    if (!state.started && !this.ignoreBOM && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    state.started = Boolean(options.stream) && (state.started || bytes.length > 0);
    return text;
  }
  get [Symbol.toStringTag]() {
    return 'TextDecoder';
  }
}

function viewBytes(input) {
  if (input === undefined) return new Uint8Array(0);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  throw coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    'The "list" argument must be an instance of ArrayBuffer or ArrayBufferView.'
  );
}

function joined(first, second) {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** How many bytes at the end begin a character that is not complete. */
function unfinished(bytes, name) {
  if (name === 'utf-16le') return bytes.length % 2;
  if (name !== 'utf-8') return 0;
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return size > back ? back : 0;
  }
  return 0;
}

exports.TextEncoder = TextEncoder;
exports.TextDecoder = TextDecoder;
exports.unfinishedUtf8 = (bytes) => unfinished(bytes, 'utf-8');
