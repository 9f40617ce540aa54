//: expect: failed Error: process.exit is not available in a hook: call cb to finish
module.exports = function (user, context, cb) {
  process.exit(0);
};
