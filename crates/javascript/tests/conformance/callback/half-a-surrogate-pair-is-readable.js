//: expect: completed ["\ufffd","\\ud800","😀"]
module.exports = function (user, context, cb) {
  cb(null, ['\ud800', '\\ud800', '\ud83d\ude00']);
};
