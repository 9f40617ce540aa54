'use strict';

// `crypto`: createHash, createHmac, randomBytes, randomInt, randomUUID, randomFillSync, timingSafeEqual, pbkdf2 (sync
// and with a callback), getHashes; `webcrypto` (the global `crypto`) with getRandomValues, randomUUID, subtle.digest
// and HMAC sign/verify. Keys, ciphers and signatures other than HMAC are not built in.
const native = require('internal/native');
const encoding = require('internal/encoding');
const { Buffer } = require('buffer');
const { Transform } = require('stream');
const { inherits } = require('util');
const { coded, unsupported } = require('internal/coded-error');
const { webcrypto } = require('internal/webcrypto');

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

/** The bytes of a text or a view; throws Node's error for anything else. */
function bytesOf(value, inputEncoding, name = 'data') {
  if (typeof value === 'string') return encoding.encode(value, inputEncoding === 'buffer' ? undefined : inputEncoding);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  const received = value === null || value === undefined ? String(value) : 'type ' + typeof value;
  throw coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    'The "' +
      name +
      '" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ' +
      received
  );
}

/** What `createHash` and `createHmac` give: chunks are gathered, and hashed at `digest`. It is a stream too. */
function Digest(compute) {
  Object.defineProperty(this, 'state', { value: { compute, chunks: [], done: false, streams: false } });
}
inherits(Digest, Transform);

Object.assign(Digest.prototype, {
  update(data, inputEncoding) {
    if (this.state.done) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.state.chunks.push(Buffer.from(bytesOf(data, inputEncoding)));
    return this;
  },

  digest(outputEncoding) {
    if (this.state.done) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.state.done = true;
    const result = Buffer.from(this.state.compute(Buffer.concat(this.state.chunks)));
    return outputEncoding && outputEncoding !== 'buffer' ? result.toString(outputEncoding) : result;
  },

  copy() {
    const twin = new Digest(this.state.compute);
    twin.state.chunks.push(...this.state.chunks);
    return twin;
  },

  _transform(chunk, encoding, done) {
    this.update(chunk);
    done();
  },
  _flush(done) {
    done(null, this.digest());
  },
});

// Few scripts use one as a stream, so what a stream needs is made when the first of its methods is called.
const STREAMING = 'on,addListener,prependListener,emit,write,end,read,pipe,setEncoding,resume'.split(',');
for (const name of STREAMING) {
  Digest.prototype[name] = function (...args) {
    if (!this.state.streams) {
      this.state.streams = true;
      Transform.call(this);
    }
    return Transform.prototype[name].apply(this, args);
  };
}

function algorithmOf(name) {
  if (typeof name !== 'string') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "algorithm" argument must be of type string. Received ' + typeof name
    );
  }
  const plain = name.toLowerCase().replace(/^rsa-/, '').replace('-', '');
  if (!HASHES.includes(plain)) throw coded(Error, 'ERR_OSSL_EVP_UNSUPPORTED', 'Digest method not supported');
  return plain;
}

/** The same for what is built on a hash, whose errors have words of their own. */
function digestOf(name) {
  try {
    return algorithmOf(name);
  } catch (error) {
    throw error.code === 'ERR_OSSL_EVP_UNSUPPORTED'
      ? coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest: ' + name)
      : error;
  }
}

exports.createHash = function createHash(name) {
  const algorithm = algorithmOf(name);
  return new Digest((data) => native.hash(algorithm, data));
};

exports.createHmac = function createHmac(name, key) {
  if (key === undefined || key === null) bytesOf(key, undefined, 'key');
  const secret = key && key.type === 'secret' && key.export ? key.export() : key;
  const algorithm = digestOf(name);
  const bytes = bytesOf(secret, undefined, 'key');
  return new Digest((data) => native.hmac(algorithm, bytes, data));
};

/** A one-shot hash, as in newer Node. */
exports.hash = (name, data, outputEncoding = 'hex') => exports.createHash(name).update(data).digest(outputEncoding);

exports.createSecretKey = function createSecretKey(key, keyEncoding) {
  const bytes = Buffer.from(bytesOf(key, keyEncoding, 'key'));
  return { type: 'secret', symmetricKeySize: bytes.length, export: () => Buffer.from(bytes) };
};

exports.getHashes = () => HASHES.concat(HASHES.map((name) => 'RSA-' + name.toUpperCase()));

exports.randomBytes = function randomBytes(size, callback) {
  if (typeof size !== 'number') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "size" argument must be of type number. Received ' + typeof size
    );
  }
  if (!(size >= 0 && size <= 0x7fffffff)) {
    throw coded(
      RangeError,
      'ERR_OUT_OF_RANGE',
      'The value of "size" is out of range. It must be >= 0 && <= 2147483647. Received ' + size
    );
  }
  const bytes = Buffer.from(native.randomBytes(size));
  return callback ? void setImmediate(callback, null, bytes) : bytes;
};
exports.pseudoRandomBytes = exports.randomBytes;
exports.prng = exports.randomBytes;
exports.rng = exports.randomBytes;

exports.randomFillSync = function randomFillSync(target, offset = 0, size = target.byteLength - offset) {
  new Uint8Array(target.buffer || target, target.byteOffset || 0, target.byteLength).set(
    native.randomBytes(size),
    offset
  );
  return target;
};

exports.randomFill = function randomFill(target, ...rest) {
  const callback = rest.pop();
  exports.randomFillSync(target, ...rest);
  setImmediate(callback, null, target);
};

exports.randomInt = function randomInt(min, max, callback) {
  if (max === undefined || typeof max === 'function') [min, max, callback] = [0, min, max];
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "min" and "max" arguments must be safe integers');
  }
  const range = max - min;
  if (!(range > 0 && range <= 0xffffffffffff)) {
    throw coded(
      RangeError,
      'ERR_OUT_OF_RANGE',
      'The value of "max" is out of range. It must be greater than the value of "min" (' + min + '). Received ' + max
    );
  }
  const ceiling = 0x1000000000000 - (0x1000000000000 % range);
  let drawn;
  do drawn = Buffer.from(native.randomBytes(6)).readUIntBE(0, 6);
  while (drawn >= ceiling);
  const value = min + (drawn % range);
  return callback ? void setImmediate(callback, null, value) : value;
};

exports.randomUUID = () => webcrypto.randomUUID();
exports.getRandomValues = (target) => webcrypto.getRandomValues(target);

exports.timingSafeEqual = function timingSafeEqual(a, b) {
  const [first, second] = [bytesOf(a, undefined, 'buf1'), bytesOf(b, undefined, 'buf2')];
  if (typeof a === 'string' || typeof b === 'string') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "buf1" and "buf2" arguments must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView'
    );
  }
  if (first.length !== second.length) {
    throw coded(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  }
  return native.timingSafeEqual(first, second);
};

exports.pbkdf2Sync = function pbkdf2Sync(password, salt, iterations, length, digest) {
  const key = bytesOf(password, undefined, 'password');
  const salted = bytesOf(salt, undefined, 'salt');
  const algorithm = digestOf(digest);
  checkCount('iterations', iterations, 1);
  checkCount('keylen', length, 0);
  return Buffer.from(native.pbkdf2(algorithm, key, salted, iterations, length));
};

exports.pbkdf2 = function pbkdf2(password, salt, iterations, length, digest, callback) {
  const key = exports.pbkdf2Sync(password, salt, iterations, length, digest);
  setImmediate(callback, null, key);
};

function checkCount(name, value, least) {
  if (typeof value !== 'number') {
    const message = 'The "' + name + '" argument must be of type number. Received type ' + typeof value;
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
  }
  if (!Number.isInteger(value) || value < least || value > 0x7fffffff) {
    const range = Number.isInteger(value) ? '>= ' + least + ' && <= 2147483647' : 'an integer';
    const message = 'The value of "' + name + '" is out of range. It must be ' + range + '. Received ' + value;
    throw coded(RangeError, 'ERR_OUT_OF_RANGE', message);
  }
}

const ABSENT = [
  'createCipheriv',
  'createDecipheriv',
  'createCipher',
  'createDecipher',
  'createSign',
  'createVerify',
  'sign',
  'verify',
  'createPublicKey',
  'createPrivateKey',
  'generateKeyPair',
  'generateKeyPairSync',
  'publicEncrypt',
  'privateDecrypt',
  'privateEncrypt',
  'publicDecrypt',
  'scrypt',
  'scryptSync',
  'hkdf',
  'hkdfSync',
  'createDiffieHellman',
  'createECDH',
];
for (const name of ABSENT) {
  exports[name] = function () {
    throw unsupported(
      'crypto.' + name,
      'hashes, HMAC, pbkdf2 and random values are built in; for the rest bundle a JavaScript implementation with `hookbox build`'
    );
  };
}

exports.webcrypto = webcrypto;
exports.subtle = webcrypto.subtle;
exports.constants = {};
