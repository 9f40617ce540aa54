//: expect: completed "caught soon"
module.exports = function (user, context, cb) {
  const rejected = Promise.reject(new Error('caught soon'));
  Promise.resolve().then(() => rejected.catch((error) => cb(null, error.message)));
};
