//: expect: failed Error: first
//: expect log: warn cb was called again at hook.js:5:23; the first call counts
module.exports = function (user, context, cb) {
  cb(new Error('first'));
  setTimeout(() => cb(null, 'second'), 1);
};
