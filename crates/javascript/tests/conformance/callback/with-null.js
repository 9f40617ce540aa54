//: expect: completed
module.exports = function (user, context, cb) {
  cb(null);
};
