//: expect: completed {"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "md5": "kAFQmDzST7DWlj99KOF/cg==", "hmac": "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8", "sha512": "ddaf35a193617aba"}
module.exports = (user, context, cb) => {
  const crypto = require('crypto');
  cb(null, {
    sha256: crypto.createHash('sha256').update('a').update(Buffer.from('bc')).digest('hex'),
    md5: crypto.createHash('md5').update('abc').digest('base64'),
    hmac: crypto.createHmac('sha256', 'key').update('The quick brown fox jumps over the lazy dog').digest('hex'),
    sha512: crypto.createHash('SHA512').update('abc').digest('hex').slice(0, 16),
  });
};
