//: expect: failed Error: nobody listens
module.exports = function (user, context, cb) {
  Promise.reject(new Error('nobody listens'));
  setTimeout(cb, 10000);
};
