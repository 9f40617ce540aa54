//: expect: completed null
module.exports = function (user, context, cb) {
  cb(null, () => {});
};
