//: expect: completed "later"
module.exports = function (user, context, cb) {
  setTimeout(cb, 2, null, 'later');
};
