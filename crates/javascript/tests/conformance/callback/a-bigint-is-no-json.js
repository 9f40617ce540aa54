//: expect: failed Error: Error when JSON serializing the result of the extension point
module.exports = function (user, context, cb) {
  cb(null, 10n);
};
