//: expect: failed TypeError: cannot read property 'city' of undefined
//: expect stack: at inner (hook.js:6:5)
//: expect stack: at hook (hook.js:8:3)
module.exports = function hook(user, context, cb) {
  function inner() {
    user.address.city;
  }
  inner();
};
