//: expect: completed {}
module.exports = function (user, context, cb) {
  cb(0, false);
};
