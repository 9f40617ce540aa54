'use strict';

// The Web Crypto object: getRandomValues, randomUUID, subtle.digest (SHA-1, SHA-256, SHA-384, SHA-512), subtle HMAC
// keys (importKey raw, sign, verify).
const native = require('internal/native');
const { coded, unsupported } = require('internal/coded-error');

const DIGESTS = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const SECRET = Symbol('secret');

function digestName(algorithm) {
  const name = String(algorithm && algorithm.name ? algorithm.name : algorithm).toUpperCase();
  if (!DIGESTS.includes(name)) throw coded(Error, 'NotSupportedError', 'Unrecognized algorithm name: ' + name);
  return name.replace('-', '').toLowerCase();
}

function viewOf(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The data must be an ArrayBuffer or a view of one');
}

const bufferOf = (bytes) => new Uint8Array(bytes).buffer;

const subtle = {
  async digest(algorithm, data) {
    return bufferOf(native.hash(digestName(algorithm), viewOf(data)));
  },

  async importKey(format, data, algorithm, extractable, usages) {
    if (format !== 'raw' || String((algorithm && algorithm.name) || algorithm).toUpperCase() !== 'HMAC') {
      throw unsupported('crypto.subtle.importKey: this format or algorithm', 'only raw HMAC keys are built in');
    }
    const key = {
      type: 'secret',
      extractable: Boolean(extractable),
      algorithm: { name: 'HMAC', hash: { name: String(algorithm.hash.name || algorithm.hash) } },
      usages: Array.from(usages || []),
    };
    Object.defineProperty(key, SECRET, { value: viewOf(data).slice() });
    return key;
  },

  async sign(algorithm, key, data) {
    return bufferOf(native.hmac(digestName(key.algorithm.hash), secretOf(key), viewOf(data)));
  },

  async verify(algorithm, key, signature, data) {
    return native.timingSafeEqual(
      native.hmac(digestName(key.algorithm.hash), secretOf(key), viewOf(data)),
      viewOf(signature)
    );
  },
};

for (const name of [
  'encrypt',
  'decrypt',
  'generateKey',
  'exportKey',
  'deriveKey',
  'deriveBits',
  'wrapKey',
  'unwrapKey',
]) {
  subtle[name] = async function () {
    throw unsupported(
      'crypto.subtle.' + name,
      'digests and HMAC are built in; for the rest bundle a JavaScript implementation with `hookbox build`'
    );
  };
}

function secretOf(key) {
  if (!key || !key[SECRET]) {
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The key must come from crypto.subtle.importKey');
  }
  return key[SECRET];
}

exports.webcrypto = {
  subtle,

  getRandomValues(target) {
    if (!ArrayBuffer.isView(target) || target instanceof DataView) {
      throw coded(TypeError, 'TypeMismatchError', 'The data must be an integer typed array');
    }
    if (target.byteLength > 65536) {
      throw coded(Error, 'QuotaExceededError', 'The requested length exceeds 65,536 bytes');
    }
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(native.randomBytes(target.byteLength));
    return target;
  },

  randomUUID() {
    const bytes = native.randomBytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return native.hexEncode(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
};
