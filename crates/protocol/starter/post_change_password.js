/**
 * Runs after a user's password was changed.
 *
 * @param {object} user - the user: id, username, email, last_password_reset
 * @param {object} context - connection {id, name, tenant} and webtask {secrets}
 * @param {function} cb - call it when done: cb() or cb(error)
 */
module.exports = function (user, context, cb) {
  console.log('password changed for', user.email);
  cb();
};
