//: expect: completed [true, false, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH"]
module.exports = (user, context, cb) => {
  const { timingSafeEqual } = require('crypto');
  const compare = (a, b) => {
    try {
      return timingSafeEqual(Buffer.from(a), Buffer.from(b));
    } catch (error) {
      return error.code;
    }
  };
  cb(null, [compare('abc', 'abc'), compare('abc', 'abd'), compare('abc', 'ab')]);
};
