'use strict';

// multipart/form-data (RFC 7578): fields become one body in memory.
const native = require('internal/native');
const { Buffer } = require('buffer');
const { Blob, bytesOfBlob } = require('internal/blob');
const { typeOfName } = require('internal/file-types');
const { unsupported } = require('internal/coded-error');

const BYTES = 'application/octet-stream';

/** A new boundary. */
exports.boundary = function boundary() {
  return '--------------------------' + native.hexEncode(native.randomBytes(12));
};

/**
 * The body of `parts`: `{name, value, filename?, contentType?}` with a text, a number, bytes or a Blob as the value.
 */
exports.encode = function encode(parts, boundary) {
  const chunks = [];
  for (const part of parts) {
    let head = '--' + boundary + '\r\nContent-Disposition: form-data; name="' + quote(part.name) + '"';
    const filename = part.filename || (part.value instanceof Blob ? part.value.name || 'blob' : undefined);
    if (filename !== undefined) head += '; filename="' + quote(filename) + '"';
    const type = typeOf(part, filename);
    if (type) head += '\r\nContent-Type: ' + type;
    chunks.push(Buffer.from(head + '\r\n\r\n'), bytesOf(part), Buffer.from('\r\n'));
  }
  chunks.push(Buffer.from('--' + boundary + '--\r\n'));
  return Buffer.concat(chunks);
};

/** As the package `form-data` finds it: what was said, what the file's name says, and for bytes that they are bytes. */
function typeOf({ value, contentType }, filename) {
  if (contentType) return contentType;
  if (value instanceof Blob) return value.type || BYTES;
  return (filename !== undefined && typeOfName(filename)) || (typeof value === 'object' ? BYTES : '');
}

/**
 * The fields of an object, as `request`'s `formData` has them: plain values, lists, `{value, options: {filename,
 * contentType}}`.
 */
exports.partsOf = function partsOf(fields) {
  const parts = [];
  for (const name of Object.keys(fields)) {
    for (const value of Array.isArray(fields[name]) ? fields[name] : [fields[name]]) {
      if (value === undefined || value === null) continue;
      if (typeof value === 'object' && 'value' in value && value.options) {
        const options = typeof value.options === 'string' ? { filename: value.options } : value.options;
        parts.push({ name, value: value.value, filename: options.filename, contentType: options.contentType });
      } else {
        parts.push({ name, value });
      }
    }
  }
  return parts;
};

function bytesOf({ name, value }) {
  if (value instanceof Blob) return bytesOfBlob(value);
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value !== null && typeof value === 'object' && typeof value.pipe === 'function') {
    throw unsupported('a stream as the form field `' + name + '`', 'give a string or a Buffer');
  }
  return Buffer.from(String(value));
}

function quote(text) {
  return String(text).replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
}
