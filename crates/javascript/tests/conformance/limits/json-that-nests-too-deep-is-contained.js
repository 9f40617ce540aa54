//: expect: trapped
module.exports = function (user, context, cb) {
  cb(null, JSON.parse('['.repeat(100000)));
};
