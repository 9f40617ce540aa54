//: input: {"user": "ada"}
//: expect: failed Error: Body.user received by extensibility point is not an object
module.exports = function (user, context, cb) {
  cb();
};
