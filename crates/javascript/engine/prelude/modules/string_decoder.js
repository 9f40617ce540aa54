'use strict';

// `string_decoder`: `StringDecoder` for UTF-8, UTF-16LE, base64 and the one-byte encodings.
const encoding = require('internal/encoding');
const { unfinishedUtf8 } = require('internal/text-encoding');
const { Buffer } = require('buffer');

class StringDecoder {
  constructor(name) {
    this.encoding = encoding.required(name);
    Object.defineProperty(this, 'rest', { value: Buffer.alloc(0), writable: true });
  }

  write(chunk) {
    if (typeof chunk === 'string') return chunk;
    const bytes = Buffer.concat([this.rest, chunk]);
    const keep = this.incomplete(bytes);
    this.rest = bytes.subarray(bytes.length - keep);
    return bytes.subarray(0, bytes.length - keep).toString(this.encoding);
  }

  end(chunk) {
    const text = chunk === undefined ? '' : this.write(chunk);
    const last = this.rest.toString(this.encoding);
    this.rest = Buffer.alloc(0);
    return text + last;
  }

  incomplete(bytes) {
    if (this.encoding === 'utf8') return unfinishedUtf8(bytes);
    if (this.encoding === 'utf16le') return bytes.length % 2;
    return this.encoding === 'base64' || this.encoding === 'base64url' ? bytes.length % 3 : 0;
  }
}

exports.StringDecoder = StringDecoder;
