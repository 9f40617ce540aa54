//: expect: failed Error: just text
module.exports = function (user, context, cb) {
  cb('just text');
};
