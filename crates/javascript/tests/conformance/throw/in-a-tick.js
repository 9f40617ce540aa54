//: expect: failed Error: tick
module.exports = function (user, context, cb) {
  process.nextTick(() => {
    throw new Error('tick');
  });
  setTimeout(cb, 5);
};
