//: limit: result_bytes 1000
//: expect: bad_output
module.exports = function (user, context, cb) {
  cb(null, 'x'.repeat(2000));
};
