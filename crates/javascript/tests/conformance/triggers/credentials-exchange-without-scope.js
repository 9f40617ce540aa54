//: trigger: credentials-exchange
//: input: {"scope": null}
//: expect: completed ["undefined",5]
module.exports = function (client, scope, audience, context, cb) {
  cb(null, [typeof scope, arguments.length]);
};
