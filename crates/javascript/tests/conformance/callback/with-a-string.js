//: expect: completed "text"
module.exports = function (user, context, cb) {
  cb(null, 'text');
};
