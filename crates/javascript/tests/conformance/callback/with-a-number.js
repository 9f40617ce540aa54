//: expect: completed 42
module.exports = function (user, context, cb) {
  cb(null, 42);
};
