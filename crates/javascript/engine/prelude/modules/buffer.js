'use strict';

// `buffer`: Node's `Buffer` over Uint8Array with every encoding of Node; `Blob`, `atob`, `btoa`, `constants`.
const native = require('internal/native');
const encoding = require('internal/encoding');
const numbers = require('internal/buffer-numbers');
const { coded } = require('internal/coded-error');

const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const LENGTH_MAX = 0xffffffff;

class Bytes extends Uint8Array {}

/** The deprecated constructor, with and without `new`: a size or whatever `Buffer.from` takes. */
function Buffer(value, encodingOrOffset, length) {
  return typeof value === 'number' ? Buffer.alloc(value) : Buffer.from(value, encodingOrOffset, length);
}
Buffer.prototype = Bytes.prototype;
Object.setPrototypeOf(Buffer, Uint8Array);
Object.defineProperty(Buffer, Symbol.species, { get: () => Bytes });
Object.defineProperty(Buffer.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });

/** The same memory, seen as a Buffer. */
function wrap(bytes) {
  return new Bytes(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isView(value) {
  return ArrayBuffer.isView(value);
}

const statics = {
  poolSize: 8192,

  from(value, encodingOrOffset, length) {
    if (typeof value === 'string') return wrap(encoding.encode(value, encodingOrOffset));
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      throw invalid(
        'first argument',
        'string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object',
        value
      );
    }
    if (isBuffer(value) || value instanceof Uint8Array) return new Bytes(value);
    if (isArrayBuffer(value)) return new Bytes(value, encodingOrOffset, length);
    const primitive = typeof value.valueOf === 'function' ? value.valueOf() : value;
    if (primitive !== value && primitive !== null && primitive !== undefined) {
      return Buffer.from(primitive, encodingOrOffset, length);
    }
    if (value.type === 'Buffer' && Array.isArray(value.data)) return fromList(value.data);
    if (typeof value.length === 'number') return fromList(value);
    throw invalid(
      'first argument',
      'string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object',
      value
    );
  },

  of(...items) {
    return fromList(items);
  },

  alloc(size, fill, fillEncoding) {
    const buffer = new Bytes(checkSize(size));
    return fill === undefined || fill === 0 ? buffer : buffer.fill(fill, fillEncoding);
  },
  allocUnsafe: (size) => new Bytes(checkSize(size)),
  allocUnsafeSlow: (size) => new Bytes(checkSize(size)),

  isBuffer,
  isEncoding: (name) => typeof name === 'string' && encoding.canonical(name) !== undefined,

  byteLength(value, name) {
    if (isView(value) || isArrayBuffer(value)) return value.byteLength;
    if (typeof value !== 'string') {
      throw invalid('"string" argument', 'string or an instance of Buffer or ArrayBuffer', value);
    }
    switch (encoding.canonical(name || 'utf8')) {
      case 'hex':
        return value.length >>> 1;
      case 'utf16le':
        return value.length * 2;
      case 'ascii':
      case 'latin1':
        return value.length;
      case 'base64':
      case 'base64url':
        return Math.floor((value.replace(/=+$/, '').length * 3) / 4);
      default:
        return native.utf8Length(value);
    }
  },

  concat(list, total) {
    if (!Array.isArray(list)) throw invalid('"list" argument', 'an instance of Array', list);
    const length = total === undefined ? list.reduce((sum, item) => sum + item.length, 0) : total;
    const result = Buffer.alloc(length);
    let at = 0;
    for (const item of list) {
      if (!(item instanceof Uint8Array)) throw invalid('"list" argument', 'a list of Buffers or Uint8Arrays', item);
      if (at >= length) break;
      result.set(item.length > length - at ? item.subarray(0, length - at) : item, at);
      at += item.length;
    }
    return result;
  },

  compare(a, b) {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
      if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return Math.sign(a.length - b.length);
  },
};

const methods = {
  toString(name, start, end) {
    const bytes = start === undefined && end === undefined ? this : part(this, start, end);
    return encoding.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), name);
  },
  toLocaleString(name, start, end) {
    return this.toString(name, start, end);
  },
  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  },

  equals(other) {
    if (!(other instanceof Uint8Array)) {
      throw invalid('"otherBuffer" argument', 'an instance of Buffer or Uint8Array', other);
    }
    return Buffer.compare(this, other) === 0;
  },
  compare(target, targetStart, targetEnd, start, end) {
    return Buffer.compare(part(this, start, end), part(target, targetStart, targetEnd));
  },

  write(text, offset, length, name) {
    if (typeof offset === 'string') [offset, length, name] = [0, undefined, offset];
    else if (typeof length === 'string') [length, name] = [undefined, length];
    const at = offset === undefined ? 0 : offset;
    if (at < 0 || at > this.length) {
      throw coded(
        RangeError,
        'ERR_OUT_OF_RANGE',
        'The value of "offset" is out of range. It must be >= 0 && <= ' + this.length + '. Received ' + at
      );
    }
    const room = Math.min(this.length - at, length === undefined ? Infinity : length);
    let bytes = encoding.encode(String(text), name);
    if (bytes.length > room) bytes = bytes.subarray(0, wholeCharacters(bytes, room, name));
    this.set(bytes, at);
    return bytes.length;
  },

  copy(target, targetStart = 0, start = 0, end = this.length) {
    const source = part(this, start, end);
    const count = Math.max(0, Math.min(source.length, target.length - targetStart));
    target.set(count < source.length ? source.subarray(0, count) : source, targetStart);
    return count;
  },

  fill(value, start, end, name) {
    if (typeof start === 'string') [start, name] = [undefined, start];
    else if (typeof end === 'string') [end, name] = [undefined, end];
    const target = part(this, start, end);
    const pattern = typeof value === 'string' ? encoding.encode(value, name) : isView(value) ? value : null;
    if (!pattern) {
      Uint8Array.prototype.fill.call(target, typeof value === 'boolean' ? Number(value) : value & 255);
      return this;
    }
    if (pattern.length === 0 && typeof value !== 'string') {
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', "The argument 'value' is invalid. Received " + String(value));
    }
    for (let i = 0; i < target.length; i++) target[i] = pattern.length ? pattern[i % pattern.length] : 0;
    return this;
  },

  slice(start, end) {
    return this.subarray(start, end);
  },

  indexOf(value, from, name) {
    return find(this, value, from, name, false);
  },
  lastIndexOf(value, from, name) {
    return find(this, value, from, name, true);
  },
  includes(value, from, name) {
    return find(this, value, from, name, false) >= 0;
  },

  swap16() {
    return swap(this, 2);
  },
  swap32() {
    return swap(this, 4);
  },
  swap64() {
    return swap(this, 8);
  },

  [INSPECT]() {
    const shown = native.hexEncode(this.subarray(0, 50)).replace(/../g, ' $&');
    const more = this.length - 50;
    return '<Buffer' + shown + (more > 0 ? ' ... ' + more + ' more byte' + (more > 1 ? 's' : '') : '') + '>';
  },
};

for (const [target, members] of [
  [Buffer, statics],
  [Buffer.prototype, methods],
]) {
  for (const key of Reflect.ownKeys(members)) {
    Object.defineProperty(target, key, {
      value: members[key],
      writable: true,
      configurable: true,
      enumerable: target === Buffer && key !== 'of',
    });
  }
}
Object.defineProperty(Buffer.prototype, 'parent', {
  get() {
    return this.buffer;
  },
});
Object.defineProperty(Buffer.prototype, 'offset', {
  get() {
    return this.byteOffset;
  },
});
numbers.install(Buffer.prototype);

function isBuffer(value) {
  return value instanceof Bytes;
}

function isArrayBuffer(value) {
  return (
    value instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer)
  );
}

function fromList(list) {
  const buffer = new Bytes(list.length);
  for (let i = 0; i < list.length; i++) buffer[i] = list[i];
  return buffer;
}

function checkSize(size) {
  if (typeof size !== 'number') throw invalid('"size" argument', 'number', size);
  if (!(size >= 0 && size <= LENGTH_MAX)) {
    throw coded(
      RangeError,
      'ERR_OUT_OF_RANGE',
      'The value of "size" is out of range. It must be >= 0 && <= ' + LENGTH_MAX + '. Received ' + size
    );
  }
  return Math.floor(size);
}

function part(bytes, start, end) {
  const from = Math.max(0, start === undefined ? 0 : Math.trunc(start) || 0);
  const to = Math.min(bytes.length, end === undefined ? bytes.length : Math.trunc(end) || 0);
  return bytes.subarray(Math.min(from, bytes.length), Math.max(from, to));
}

/** How many of the first `room` bytes are whole UTF-8 characters, so that a write never leaves half of one. */
function wholeCharacters(bytes, room, name) {
  const kind = encoding.required(name);
  if (kind === 'utf16le') return room & ~1;
  if (kind !== 'utf8') return room;
  let end = room;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return end;
}

function find(buffer, value, from, name, backward) {
  if (typeof from === 'string') [from, name] = [undefined, from];
  if (typeof value === 'number') value = [value & 255];
  else if (typeof value === 'string') value = encoding.encode(value, name);
  else if (!isView(value)) {
    throw invalid('"value" argument', 'one of type number or string or an instance of Buffer or Uint8Array', value);
  }
  const last = buffer.length - value.length;
  let start = from === undefined || Number.isNaN(Number(from)) ? (backward ? last : 0) : Math.trunc(from);
  if (start < 0) start += buffer.length;
  const step = backward ? -1 : 1;
  for (let at = backward ? Math.min(start, last) : Math.max(start, 0); at >= 0 && at <= last; at += step) {
    let same = 0;
    while (same < value.length && buffer[at + same] === value[same]) same++;
    if (same === value.length) return at;
  }
  return -1;
}

function swap(buffer, size) {
  if (buffer.length % size !== 0) {
    throw coded(RangeError, 'ERR_INVALID_BUFFER_SIZE', 'Buffer size must be a multiple of ' + size * 8 + '-bits');
  }
  for (let i = 0; i < buffer.length; i += size) buffer.subarray(i, i + size).reverse();
  return buffer;
}

function invalid(what, expected, value) {
  const received =
    value === null || value === undefined
      ? String(value)
      : typeof value === 'object'
        ? 'an instance of ' + ((value.constructor && value.constructor.name) || 'Object')
        : 'type ' + typeof value + ' (' + String(value) + ')';
  const type = expected.includes(' ') && !expected.startsWith('string') ? expected : 'of type ' + expected;
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The ' + what + ' must be ' + type + '. Received ' + received);
}

exports.Buffer = Buffer;
exports.SlowBuffer = Buffer;
exports.kMaxLength = LENGTH_MAX;
exports.kStringMaxLength = 0x1fffffe8;
exports.constants = { MAX_LENGTH: LENGTH_MAX, MAX_STRING_LENGTH: 0x1fffffe8 };
exports.INSPECT_MAX_BYTES = 50;

/** Base64 to a string of bytes, as browsers have it: anything that is not base64 throws. */
exports.atob = function atob(text) {
  const clean = String(text)
    .replace(/[\t\n\f\r ]/g, '')
    .replace(/={1,2}$/, (end, at, all) => (all.length % 4 === 0 ? '' : end));
  if (clean.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(clean)) {
    throw coded(Error, 'InvalidCharacterError', 'The string to be decoded is not correctly encoded.');
  }
  return native.latin1Decode(native.base64Decode(clean));
};

/** A string of bytes to base64; a character over U+00FF throws. */
exports.btoa = function btoa(text) {
  if (/[^\0-\xff]/.test(String(text))) throw coded(Error, 'InvalidCharacterError', 'Invalid character');
  return native.base64Encode(native.latin1Encode(String(text)));
};

exports.Blob = require('internal/blob').Blob;
