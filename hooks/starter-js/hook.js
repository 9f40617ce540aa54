// Runs after a user's password was changed, and writes a line to the log: where to start from.
'use strict';

/** @type {Hookbox.PostChangePassword} */
module.exports = function (user, context, cb) {
  console.log(`password of ${user.email} changed in ${context.connection.name}`);
  cb();
};
