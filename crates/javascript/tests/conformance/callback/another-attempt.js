//: expect: failed Error: slow down
//: expect retryable: true
//: expect retry_after_s: 30
module.exports = function (user, context, cb) {
  const error = new Error('slow down');
  error.retryable = true;
  error.retryAfter = 30;
  cb(error);
};
