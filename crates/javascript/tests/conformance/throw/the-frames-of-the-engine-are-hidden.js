//: expect: completed ["Error: here","    at place (hook.js:4:16)","    at hook.js:6:12"]
module.exports = function (user, context, cb) {
  function place() {
    return new Error('here').stack;
  }
  cb(null, place().split('\n'));
};
