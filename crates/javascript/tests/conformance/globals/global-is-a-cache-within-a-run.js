//: expect: completed 2
module.exports = function (user, context, cb) {
  global.cached = (global.cached || 0) + 1;
  setTimeout(() => cb(null, ++global.cached), 1);
};
