//: expect: completed [1,2,3]
module.exports = function (user, context, cb) {
  Promise.all([1, Promise.resolve(2), new Promise((resolve) => setTimeout(resolve, 1, 3))]).then((all) => cb(null, all), cb);
};
