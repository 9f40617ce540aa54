module.exports = function (user, context, cb) {
  console.log(`password of ${user.email} changed in ${context.connection.name}`, { id: user.id });
  cb(null, { user });
};
