//: expect: failed LimitError: too many
module.exports = function (user, context, cb) {
  class LimitError extends Error {
    get name() {
      return 'LimitError';
    }
  }
  cb(new LimitError('too many'));
};
