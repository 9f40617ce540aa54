//: input: {"context": {"webtask": {"secrets": {}}}}
//: expect: failed Error: Body.context.connection received by extensibility point is not an object
module.exports = function (user, context, cb) {
  cb();
};
