'use strict';

// `Buffer`'s readers and writers of numbers: `readUInt16BE`, `writeDoubleLE`, `readIntLE(offset, bytes)`, …
const { coded } = require('internal/coded-error');

const FIXED = [
  ['Int8', 'Int8', 1],
  ['UInt8', 'Uint8', 1],
  ['Int16', 'Int16', 2],
  ['UInt16', 'Uint16', 2],
  ['Int32', 'Int32', 4],
  ['UInt32', 'Uint32', 4],
  ['Float', 'Float32', 4],
  ['Double', 'Float64', 8],
  ['BigInt64', 'BigInt64', 8],
  ['BigUInt64', 'BigUint64', 8],
];
const RANGES = {
  Int8: [-128, 127],
  Uint8: [0, 255],
  Int16: [-32768, 32767],
  Uint16: [0, 65535],
  Int32: [-2147483648, 2147483647],
  Uint32: [0, 4294967295],
};

exports.install = function install(prototype) {
  for (const [name, view, size] of FIXED) {
    for (const order of size === 1 ? [''] : ['LE', 'BE']) {
      const little = order === 'LE';
      const read = function (offset = 0) {
        check(this, offset, size);
        return viewOf(this)['get' + view](offset, little);
      };
      const write = function (value, offset = 0) {
        const range = RANGES[view];
        if (range && (value < range[0] || value > range[1])) {
          throw outOfRange('value', '>= ' + range[0] + ' and <= ' + range[1], value);
        }
        check(this, offset, size);
        viewOf(this)['set' + view](offset, value, little);
        return offset + size;
      };
      for (const alias of [name, name.replace('UInt', 'Uint')]) {
        define(prototype, 'read' + alias + order, read);
        define(prototype, 'write' + alias + order, write);
      }
    }
  }
  for (const order of ['LE', 'BE']) {
    const readUnsigned = function (offset, size) {
      return unsigned(this, offset, size, order);
    };
    const readSigned = function (offset, size) {
      const value = unsigned(this, offset, size, order);
      return value >= Math.pow(2, 8 * size - 1) ? value - Math.pow(2, 8 * size) : value;
    };
    const write = function (value, offset, size) {
      check(this, offset, size);
      let rest = value < 0 ? value + Math.pow(2, 8 * size) : value;
      for (let i = 0; i < size; i++) {
        this[offset + (order === 'LE' ? i : size - 1 - i)] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      return offset + size;
    };
    define(prototype, 'readInt' + order, readSigned);
    define(prototype, 'writeInt' + order, write);
    for (const alias of ['UInt', 'Uint']) {
      define(prototype, 'read' + alias + order, readUnsigned);
      define(prototype, 'write' + alias + order, write);
    }
  }
};

function unsigned(bytes, offset, size, order) {
  check(bytes, offset, size);
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + bytes[offset + (order === 'BE' ? i : size - 1 - i)];
  return value;
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function check(bytes, offset, size) {
  if (typeof offset !== 'number') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "offset" argument must be of type number. Received ' + typeof offset
    );
  }
  if (!Number.isInteger(offset)) throw outOfRange('offset', 'an integer', offset);
  if (bytes.length < size) {
    throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
  }
  if (offset < 0 || offset + size > bytes.length) {
    throw outOfRange('offset', '>= 0 and <= ' + (bytes.length - size), offset);
  }
}

function outOfRange(name, range, value) {
  return coded(
    RangeError,
    'ERR_OUT_OF_RANGE',
    'The value of "' + name + '" is out of range. It must be ' + range + '. Received ' + value
  );
}

function define(prototype, name, value) {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}
