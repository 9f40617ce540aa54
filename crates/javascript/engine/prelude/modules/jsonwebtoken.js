'use strict';

// `jsonwebtoken`: sign, verify, decode with HS256, HS384 and HS512 (and `none` where it is asked for by name), all
// claims and checks of the package; callback or result. Keys of other kinds (RS256, ES256, …) are refused with a clear
// error.
const { Buffer } = require('buffer');
const native = require('internal/native');
const duration = require('internal/duration');
const { nextTick } = require('internal/loop');
const { unsupported } = require('internal/coded-error');

const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
const CLAIMS = { audience: 'aud', issuer: 'iss', subject: 'sub', jwtid: 'jti' };

class JsonWebTokenError extends Error {
  constructor(message, inner) {
    super(message);
    this.name = 'JsonWebTokenError';
    if (inner) this.inner = inner;
  }
}
class TokenExpiredError extends JsonWebTokenError {
  constructor(message, expiredAt) {
    super(message);
    this.name = 'TokenExpiredError';
    this.expiredAt = expiredAt;
  }
}
class NotBeforeError extends JsonWebTokenError {
  constructor(message, date) {
    super(message);
    this.name = 'NotBeforeError';
    this.date = date;
  }
}

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function keyBytes(key) {
  const secret = key !== null && typeof key === 'object' && key.key !== undefined ? key.key : key;
  if (secret !== null && typeof secret === 'object' && secret.type === 'secret') return secret.export();
  return typeof secret === 'string' ? Buffer.from(secret) : secret;
}

function refuseAlgorithm(algorithm) {
  throw unsupported(
    'jsonwebtoken: the algorithm ' + algorithm,
    'HS256, HS384 and HS512 are built in; bundle `jsrsasign` or `jose` with `hookbox build` for the others'
  );
}

function signature(algorithm, input, key) {
  if (!HASHES[algorithm]) refuseAlgorithm(algorithm);
  return Buffer.from(native.hmac(HASHES[algorithm], keyBytes(key), input)).toString('base64url');
}

/** Seconds since 1970 for `'1h'`, `'2 days'` or a number of seconds from `from`. */
function pointInTime(value, from, name) {
  if (typeof value !== 'string' && !Number.isInteger(value)) {
    throw new Error('"' + name + '" should be a number of seconds or string representing a timespan');
  }
  const ms = typeof value === 'string' ? duration.parse(value) : value * 1000;
  if (ms === undefined) {
    throw new Error(
      '"' + name + '" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60'
    );
  }
  return Math.floor(from + ms / 1000);
}

function claimsOf(payload, options) {
  const claims = options.mutatePayload ? payload : Object.assign({}, payload);
  const now = claims.iat || Math.floor(Date.now() / 1000);
  if (options.noTimestamp) delete claims.iat;
  else claims.iat = now;
  if (options.expiresIn !== undefined && payload.exp !== undefined) {
    throw new Error('Bad "options.expiresIn" option the payload already has an "exp" property.');
  }
  if (options.notBefore !== undefined && payload.nbf !== undefined) {
    throw new Error('Bad "options.notBefore" option the payload already has an "nbf" property.');
  }
  if (options.notBefore !== undefined) claims.nbf = pointInTime(options.notBefore, now, 'notBefore');
  if (options.expiresIn !== undefined) claims.exp = pointInTime(options.expiresIn, now, 'expiresIn');
  for (const name of Object.keys(CLAIMS)) {
    if (options[name] === undefined) continue;
    if (payload[CLAIMS[name]] !== undefined) {
      throw new Error('Bad "options.' + name + '" option. The payload already has an "' + CLAIMS[name] + '" property.');
    }
    claims[CLAIMS[name]] = options[name];
  }
  return claims;
}

function signNow(payload, key, options) {
  const algorithm = options.algorithm || 'HS256';
  const isObject = payload !== null && typeof payload === 'object' && !Buffer.isBuffer(payload);
  if (payload === undefined) throw new Error('payload is required');
  if (!isObject && typeof payload !== 'string' && !Buffer.isBuffer(payload)) {
    throw new Error('Expected "payload" to be a plain object.');
  }
  if (!key && algorithm !== 'none') throw new Error('secretOrPrivateKey must have a value');
  const header = Object.assign({ alg: algorithm }, isObject || options.header ? { typ: 'JWT' } : {}, options.header);
  if (options.keyid) header.kid = options.keyid;
  if (isObject && payload.exp !== undefined && !Number.isFinite(payload.exp)) {
    throw new Error('"exp" should be a number of seconds');
  }
  const input = encode(header) + '.' + encode(isObject ? claimsOf(payload, options) : String(payload));
  return input + '.' + (algorithm === 'none' ? '' : signature(header.alg, input, key));
}

function sign(payload, key, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options];
  return answer(() => signNow(payload, key, options || {}), callback);
}

function decode(token, options) {
  const parts = String(token).split('.');
  if (parts.length !== 3) return null;
  try {
    const header = JSON.parse(Buffer.from(parts[0], 'base64url').toString());
    let payload = Buffer.from(parts[1], 'base64url').toString();
    try {
      payload = JSON.parse(payload);
    } catch {
      if (header.typ === 'JWT') return null;
    }
    return options && options.complete ? { header, payload, signature: parts[2] } : payload;
  } catch {
    return null;
  }
}

function verifyNow(token, key, options) {
  if (!token) throw new JsonWebTokenError('jwt must be provided');
  if (typeof token !== 'string') throw new JsonWebTokenError('jwt must be a string');
  const parts = token.split('.');
  if (parts.length !== 3) throw new JsonWebTokenError('jwt malformed');
  const decoded = decode(token, { complete: true });
  if (!decoded) throw new JsonWebTokenError('invalid token');
  const { header, payload } = decoded;
  const signed = parts[2] !== '';
  if (!signed && key) throw new JsonWebTokenError('jwt signature is required');
  if (signed && !key) throw new JsonWebTokenError('secret or public key must be provided');
  if (!signed && !(options.algorithms || []).includes('none')) {
    throw new JsonWebTokenError('please specify "none" in "algorithms" to verify unsigned tokens');
  }
  if (signed && typeof key === 'string' && /^-----BEGIN (PUBLIC|RSA PUBLIC|CERTIFICATE)/.test(key)) {
    refuseAlgorithm(header.alg);
  }
  const allowed = options.algorithms || (signed ? Object.keys(HASHES) : ['none']);
  if (!allowed.includes(header.alg)) {
    if (!HASHES[header.alg] && header.alg !== 'none' && !options.algorithms) refuseAlgorithm(header.alg);
    throw new JsonWebTokenError('invalid algorithm');
  }
  if (signed) {
    const given = Buffer.from(parts[2], 'base64url');
    const expected = Buffer.from(signature(header.alg, parts[0] + '.' + parts[1], key), 'base64url');
    if (!native.timingSafeEqual(given, expected)) throw new JsonWebTokenError('invalid signature');
  }
  checkTimes(payload, options);
  checkClaims(payload, options);
  return options.complete ? decoded : payload;
}

function checkTimes(payload, options) {
  const now = options.clockTimestamp || Math.floor(Date.now() / 1000);
  const tolerance = options.clockTolerance || 0;
  if (payload.nbf !== undefined && !options.ignoreNotBefore) {
    if (typeof payload.nbf !== 'number') throw new JsonWebTokenError('invalid nbf value');
    if (payload.nbf > now + tolerance) throw new NotBeforeError('jwt not active', new Date(payload.nbf * 1000));
  }
  if (payload.exp !== undefined && !options.ignoreExpiration) {
    if (typeof payload.exp !== 'number') throw new JsonWebTokenError('invalid exp value');
    if (now >= payload.exp + tolerance) throw new TokenExpiredError('jwt expired', new Date(payload.exp * 1000));
  }
  if (options.maxAge !== undefined) {
    if (typeof payload.iat !== 'number') throw new JsonWebTokenError('iat required when maxAge is specified');
    const limit = pointInTime(options.maxAge, payload.iat, 'maxAge');
    if (now >= limit + tolerance) throw new TokenExpiredError('maxAge exceeded', new Date(limit * 1000));
  }
}

function checkClaims(payload, options) {
  if (options.audience) {
    const wanted = [].concat(options.audience);
    const found = []
      .concat(payload.aud)
      .some((audience) => wanted.some((item) => (item instanceof RegExp ? item.test(audience) : item === audience)));
    if (!found) throw new JsonWebTokenError('jwt audience invalid. expected: ' + wanted.join(' or '));
  }
  if (options.issuer && ![].concat(options.issuer).includes(payload.iss)) {
    throw new JsonWebTokenError('jwt issuer invalid. expected: ' + options.issuer);
  }
  if (options.subject && payload.sub !== options.subject) {
    throw new JsonWebTokenError('jwt subject invalid. expected: ' + options.subject);
  }
  if (options.jwtid && payload.jti !== options.jwtid) {
    throw new JsonWebTokenError('jwt jwtid invalid. expected: ' + options.jwtid);
  }
  if (options.nonce && payload.nonce !== options.nonce) {
    throw new JsonWebTokenError('jwt nonce invalid. expected: ' + options.nonce);
  }
}

function verify(token, key, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options];
  if (typeof key !== 'function') return answer(() => verifyNow(token, key, options || {}), callback);
  if (!callback) {
    throw new JsonWebTokenError('verify must be called asynchronous if secret or public key is provided as a callback');
  }
  const decoded = decode(token, { complete: true });
  key(decoded ? decoded.header : undefined, (error, found) => {
    if (error) return callback(new JsonWebTokenError('error in secret or public key callback: ' + error.message));
    answer(() => verifyNow(token, found, options || {}), callback);
  });
}

/** The result, or what was thrown, to the callback where there is one. */
function answer(work, callback) {
  if (!callback) return work();
  let result;
  try {
    result = work();
  } catch (error) {
    return void nextTick(callback, error);
  }
  nextTick(callback, null, result);
}

module.exports = { sign, verify, decode, JsonWebTokenError, TokenExpiredError, NotBeforeError };
module.exports.default = module.exports;
