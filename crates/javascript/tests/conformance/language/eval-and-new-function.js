//: expect: completed [3,8]
module.exports = function (user, context, cb) {
  const a = 1;
  cb(null, [eval('a + 2'), new Function('x', 'return x * 2')(4)]);
};
