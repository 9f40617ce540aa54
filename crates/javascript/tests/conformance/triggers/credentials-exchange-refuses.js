//: trigger: credentials-exchange
//: expect: failed InvalidScopeError: not this one
//: expect property: {"code":"invalid_scope","statusCode":400}
module.exports = function (client, scope, audience, context, cb) {
  cb(new InvalidScopeError('not this one'));
};
