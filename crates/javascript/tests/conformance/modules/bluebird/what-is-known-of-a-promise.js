//: expect: completed [[true, false, 5], ["no", true], [true, 5, true, "no"], true, "cannot get fulfillment value of a non-fulfilled promise"]
module.exports = async () => {
  const Promise = require('bluebird');
  const [done, failed] = [Promise.resolve(5), Promise.reject('no')];
  const [first, second] = [await done.reflect(), await failed.reflect()];
  const settled = await Promise.allSettled([done, failed]);
  let message;
  try {
    new Promise(() => {}).value();
  } catch (error) {
    message = error.message;
  }
  return [
    [done.isFulfilled(), done.isPending(), done.value()],
    [failed.reason(), failed.isRejected()],
    [first.isFulfilled(), first.value(), second.isRejected(), second.reason()],
    settled.map((one) => one.isFulfilled()).join() === 'true,false',
    message,
  ];
};
