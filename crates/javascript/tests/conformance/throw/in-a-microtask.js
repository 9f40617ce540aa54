//: expect: failed Error: micro
module.exports = function (user, context, cb) {
  queueMicrotask(() => {
    throw new Error('micro');
  });
  setTimeout(cb, 5);
};
