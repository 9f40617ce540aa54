//: expect: failed Error: gone
//: expect retryable: false
module.exports = function (user, context, cb) {
  cb(Object.assign(new Error('gone'), { retryable: false, retry_after_s: 'soon' }));
};
