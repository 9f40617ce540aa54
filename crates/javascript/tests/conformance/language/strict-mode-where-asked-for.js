//: expect: failed ReferenceError: undeclared is not defined
module.exports = function (user, context, cb) {
  'use strict';
  undeclared = 1;
};
