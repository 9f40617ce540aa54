//: expect: failed RangeError: Maximum call stack size exceeded
module.exports = function down(user, context, cb) {
  return down(user, context, cb) + 1;
};
