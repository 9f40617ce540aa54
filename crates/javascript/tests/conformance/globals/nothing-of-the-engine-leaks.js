//: expect: completed []
module.exports = function (user, context, cb) {
  const leaked = ['native', 'files', 'aliases', 'load', 'define', 'std', 'os', 'bjson', 'print', 'scriptArgs', 'gc'];
  cb(null, leaked.filter((name) => name in globalThis));
};
