//: expect: completed 1
//: expect log: warn cb was called again at hook.js:5:10; the first call counts
module.exports = function (user, context, cb) {
  cb(null, 1);
  cb(new Error('second'));
};
