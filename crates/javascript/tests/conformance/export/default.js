//: expect: completed "default"
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = function (user, context, cb) {
  cb(null, 'default');
};
