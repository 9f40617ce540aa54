//: expect: failed ReferenceError: nope is not defined
//: expect stack: at later (hook.js:5:5)
module.exports = function (user, context, cb) {
  setTimeout(function later() {
    nope();
  }, 1);
};
