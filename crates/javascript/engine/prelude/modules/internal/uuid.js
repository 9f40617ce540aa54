'use strict';

// Universally unique identifiers (RFC 9562): versions 1, 3, 4, 5 and 7, and their text form.
const native = require('internal/native');

const PATTERN =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}-0{4}-0{4}-0{4}-0{12}|f{8}-f{4}-f{4}-f{4}-f{12})$/i;
const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const URL = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

const validate = (text) => typeof text === 'string' && PATTERN.test(text);

function checked(text) {
  if (!validate(text)) throw new TypeError('Invalid UUID');
  return text;
}

const parse = (text) => native.hexDecode(checked(text).replace(/-/g, ''));

function stringify(bytes, offset = 0) {
  return native
    .hexEncode(Uint8Array.from(bytes).subarray(offset, offset + 16))
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Stamps version and variant; writes into `target` where one is given. */
function finish(bytes, version, target, offset = 0) {
  bytes[6] = (bytes[6] & 0x0f) | (version << 4);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  if (!target) return stringify(bytes);
  for (let i = 0; i < 16; i++) target[offset + i] = bytes[i];
  return target;
}

function randomOf(options) {
  if (options && (options.random || options.rng)) return Uint8Array.from(options.random || options.rng());
  return native.randomBytes(16);
}

function v4(options, target, offset) {
  return finish(randomOf(typeof options === 'string' ? undefined : options), 4, target, offset);
}

/** Time first, in units of 100 ns since 1582; node and sequence are random, since nothing outlives a run. */
function v1(options, target, offset) {
  const random = randomOf(options);
  const ms = options && options.msecs !== undefined ? options.msecs : Date.now();
  const ticks =
    (BigInt(Math.floor(ms)) + 12219292800000n) * 10000n +
    BigInt(options && options.nsecs !== undefined ? options.nsecs : random[0] << 4);
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Number(ticks & 0xffffffffn));
  view.setUint16(4, Number((ticks >> 32n) & 0xffffn));
  view.setUint16(6, Number((ticks >> 48n) & 0x0fffn));
  view.setUint16(8, options && options.clockseq !== undefined ? options.clockseq : (random[8] << 8) | random[9]);
  const node = (options && options.node) || [random[10] | 1].concat(Array.from(random.subarray(11, 16)));
  bytes.set(node, 10);
  return finish(bytes, 1, target, offset);
}

function v7(options, target, offset) {
  const bytes = randomOf(options);
  const ms = options && options.msecs !== undefined ? options.msecs : Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(ms / Math.pow(256, 5 - i)) % 256;
  return finish(bytes, 7, target, offset);
}

function named(algorithm, version) {
  const make = function (name, namespace, target, offset) {
    const space = typeof namespace === 'string' ? parse(namespace) : Uint8Array.from(namespace || []);
    if (space.length !== 16) throw new TypeError('Namespace must be array-like (16 iterable integer values, 0-255)');
    const value = typeof name === 'string' ? native.utf8Encode(name) : Uint8Array.from(name);
    const input = new Uint8Array(16 + value.length);
    input.set(space);
    input.set(value, 16);
    return finish(native.hash(algorithm, input).slice(0, 16), version, target, offset);
  };
  return Object.assign(make, { DNS, URL });
}

module.exports = {
  v1,
  v3: named('md5', 3),
  v4,
  v5: named('sha1', 5),
  v7,
  validate,
  parse,
  stringify,
  version: (text) => parseInt(checked(text)[14], 16),
  NIL: '00000000-0000-0000-0000-000000000000',
  MAX: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};
