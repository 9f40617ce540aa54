/**
 * Runs before a user is signed up, and may refuse or add metadata.
 *
 * @param {object} user - the user: tenant, username, email, user_metadata, app_metadata, …
 * @param {object} context - connection {id, name, tenant}, requestLanguage, renderLanguage and webtask {secrets}
 * @param {function} cb - call it when done: cb(error, { user: { user_metadata, app_metadata } })
 */
module.exports = function (user, context, cb) {
  cb(null, { user: { app_metadata: { source: 'hookbox' } } });
};
