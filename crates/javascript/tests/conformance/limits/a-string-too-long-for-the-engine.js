//: expect: failed RangeError: invalid …
module.exports = function (user, context, cb) {
  'x'.repeat(2 ** 31);
};
