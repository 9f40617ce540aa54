//: expect: failed Error: large
//: expect property: {"small":"kept"}
//: expect log: info 4097
module.exports = function (user, context, cb) {
  const error = new Error('large');
  error.small = 'kept';
  error.big = 'x'.repeat(100000);
  error.loop = error;
  console.log(4097);
  cb(error);
};
