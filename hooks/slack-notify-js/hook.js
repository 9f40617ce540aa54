// Tells a Slack channel that a user's password was changed.
'use strict';

const slackNotify = require('slack-notify');

/** @type {Hookbox.PostChangePassword} */
module.exports = function (user, context, cb) {
  const url = context.webtask.secrets.SLACK_WEBHOOK_URL;
  if (!url) return cb(Object.assign(new Error("the hook has no secret 'SLACK_WEBHOOK_URL'"), { retryable: false }));

  const message = {
    text: `The password of ${escaped(user.email)} was changed.`,
    username: 'Hookbox',
    icon_emoji: ':lock:',
    fields: { Connection: context.connection.name, 'Changed at': user.last_password_reset },
  };
  slackNotify(url).send(message, (error) => cb(error));
};

// What a user can choose freely must not become a mention of the whole channel, or a link.
function escaped(text) {
  return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
