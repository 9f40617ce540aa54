//: expect: completed ["sync","tick","tick 2","micro","micro 2","tick 3","immediate","timer"]
module.exports = function (user, context, cb) {
  const order = [];
  setTimeout(() => {
    order.push('timer');
    cb(null, order);
  }, 5);
  setImmediate(() => order.push('immediate'));
  Promise.resolve().then(() => {
    order.push('micro');
    process.nextTick(() => order.push('tick 3'));
    queueMicrotask(() => order.push('micro 2'));
  });
  process.nextTick(() => {
    order.push('tick');
    process.nextTick(() => order.push('tick 2'));
  });
  order.push('sync');
};
