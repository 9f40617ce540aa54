//: trigger: post-user-registration
//: expect: completed true
module.exports = function (user, context, cb) {
  cb(null, typeof user.id === 'string' && typeof context.connection.name === 'string' && arguments.length === 3);
};
