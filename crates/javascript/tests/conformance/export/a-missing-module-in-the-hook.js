//: expect: failed Error: Cannot find module 'left-pad'. It is not built in; `hookbox build` bundles npm packages into the script
//: expect property: {"code":"MODULE_NOT_FOUND"}
module.exports = function (user, context, cb) {
  require('left-pad');
};
