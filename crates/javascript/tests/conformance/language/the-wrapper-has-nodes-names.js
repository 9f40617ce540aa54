//: expect: completed ["object","function","object","string","string","/hook.js",true]
module.exports = (user, context, cb) =>
  cb(null, [typeof exports, typeof require, typeof module, typeof __filename, typeof __dirname, __filename, require.main === module]);
