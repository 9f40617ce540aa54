'use strict';

// `Blob` and `File`, held in memory: `size`, `type`, `slice`, `text`, `arrayBuffer`, `bytes`.
const native = require('internal/native');

const BYTES = Symbol('bytes');

class Blob {
  constructor(parts = [], options = {}) {
    const chunks = Array.from(parts, (piece) => bytesOf(piece));
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    const type = String((options && options.type) || '');
    Object.defineProperty(this, BYTES, { value: bytes });
    Object.defineProperty(this, 'type', {
      value: /[^\x20-\x7e]/.test(type) ? '' : type.toLowerCase(),
      enumerable: true,
    });
  }

  get size() {
    return this[BYTES].length;
  }
  slice(start, end, type = '') {
    return new Blob([this[BYTES].slice(start, end)], { type });
  }
  async text() {
    return native.utf8Decode(this[BYTES]);
  }
  async bytes() {
    return this[BYTES].slice();
  }
  async arrayBuffer() {
    return this[BYTES].slice().buffer;
  }
  get [Symbol.toStringTag]() {
    return 'Blob';
  }
}

class File extends Blob {
  constructor(parts, name, options = {}) {
    super(parts, options);
    Object.defineProperty(this, 'name', { value: String(name), enumerable: true });
    Object.defineProperty(this, 'lastModified', {
      value: options.lastModified === undefined ? Date.now() : Number(options.lastModified),
      enumerable: true,
    });
  }
  get [Symbol.toStringTag]() {
    return 'File';
  }
}

function bytesOf(piece) {
  if (piece instanceof Blob) return piece[BYTES];
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  return native.utf8Encode(String(piece));
}

exports.Blob = Blob;
exports.File = File;
/** The bytes of a Blob, at once. */
exports.bytesOfBlob = (blob) => blob[BYTES];
