//: expect: completed {"count":1}
module.exports = function (user, context, cb) {
  const value = { count: 1 };
  cb(null, value);
  value.count = 2;
};
