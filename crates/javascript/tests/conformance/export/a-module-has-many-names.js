//: expect: completed true
module.exports = function (user, context, cb) {
  const names = ['node:crypto', 'crypto@1.0.1', './node_modules/crypto@1.0.1', '/data/node_modules/crypto/index.js'];
  cb(null, names.every((name) => require(name) === require('crypto')));
};
