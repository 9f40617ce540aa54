/**
 * Runs after a user has signed up.
 *
 * @param {object} user - the user: id, tenant, username, email, user_metadata, app_metadata, …
 * @param {object} context - connection {id, name, tenant}, requestLanguage and webtask {secrets}
 * @param {function} cb - call it when done: cb() or cb(error)
 */
module.exports = function (user, context, cb) {
  console.log('welcome', user.email);
  cb();
};
