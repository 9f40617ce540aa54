//: trigger: pre-user-registration
//: expect: completed {"user":{"user_metadata":{"seen":true}}}
module.exports = function (user, context, cb) {
  cb(null, { user: { user_metadata: { seen: true } } });
};
