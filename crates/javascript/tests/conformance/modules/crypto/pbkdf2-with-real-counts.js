//: expect: completed
//: expect log: info 4b007901b765489abead49d926f721d065a429c1
//: expect log: info 72629a41b076e588fba8c71ca37fadc9acdc8e7321b9cb4ea55fd0bf9fe8ed72def92b4c7dff5242a0254945b945394ce4d6008e947bdc7593085cd1e2f6a375
//: expect log: info f6acd4bda3e4d3d831a5f61da9ca9d5c3877566e979f4928778d81be4f2e9433a31043bbf3945c35
//: expect log: info ERR_OUT_OF_RANGE The value of "iterations" is out of range. It must be >= 1 && <= 2147483647. Received 0
//: expect log: info ERR_CRYPTO_INVALID_DIGEST Invalid digest: md7
// The first is a vector of RFC 6070; the others are Node's.
module.exports = (user, context, cb) => {
  const { pbkdf2, pbkdf2Sync } = require('crypto');
  const refused = (...args) => {
    try {
      pbkdf2Sync('p', 's', ...args);
    } catch ({ code, message }) {
      console.log(code, message);
    }
  };
  console.log(pbkdf2Sync('password', 'salt', 4096, 20, 'sha1').toString('hex'));
  pbkdf2('password', Buffer.from('salt'), 10000, 64, 'sha512', (error, key) => {
    console.log(key.toString('hex'));
    console.log(pbkdf2Sync('password', 'salt', 3, 40, 'md5').toString('hex'));
    refused(0, 8, 'sha1');
    refused(1, 8, 'md7');
    cb(error);
  });
};
