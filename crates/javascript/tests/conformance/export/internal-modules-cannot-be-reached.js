//: expect: completed ["MODULE_NOT_FOUND","MODULE_NOT_FOUND","MODULE_NOT_FOUND","MODULE_NOT_FOUND","MODULE_NOT_FOUND"]
module.exports = function (user, context, cb) {
  const names = ['internal/native', 'internal/loop', './driver', 'node_modules/internal/native', '__proto__'];
  cb(null, names.map((name) => {
    try {
      return typeof require(name);
    } catch (error) {
      return error.code;
    }
  }));
};
