//: expect: completed [3,true,"undefined",8,[1,2]]
undeclared = 1;
module.exports = function (user, context, cb) {
  alsoUndeclared = undeclared + 2;
  const isGlobal = (function () {
    return this === globalThis;
  })();
  function args(a) {
    arguments[0] = 2;
    return [1, a];
  }
  delete user.email;
  cb(null, [alsoUndeclared, isGlobal, typeof user.email, 010, args(1)]);
};
