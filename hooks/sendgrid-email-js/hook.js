// Sends the user a mail through SendGrid when their password was changed.
'use strict';

const request = require('request');

const ENDPOINT = 'https://api.sendgrid.com/v3/mail/send';

/** @type {Hookbox.PostChangePassword} */
module.exports = function (user, context, cb) {
  const key = context.webtask.secrets.SENDGRID_API_KEY;
  if (!key) return cb(Object.assign(new Error("the hook has no secret 'SENDGRID_API_KEY'"), { retryable: false }));

  const mail = {
    personalizations: [{ to: [{ email: user.email }] }],
    from: { email: 'admin@example.com' },
    subject: 'Your password was changed',
    content: [
      {
        type: 'text/plain',
        value: `The password for your ${context.connection.name} account ${user.email} was recently changed.`,
      },
    ],
  };
  request.post({ url: ENDPOINT, auth: { bearer: key }, json: mail }, (error, response, body) => {
    if (error) return cb(error);
    // 202 is SendGrid's "will be sent"; whatever else it answers, no mail is on its way.
    if (response.statusCode !== 202) return cb(refusal(response, body));
    cb();
  });
};

// SendGrid's own words where it gave some, and whether it makes sense to try again.
function refusal(response, body) {
  const status = response.statusCode;
  const words = body && body.errors && body.errors[0] && body.errors[0].message;
  const error = new Error(words || `POST ${ENDPOINT} answered ${status}`);
  const waitS = Number(response.headers['retry-after']);
  return Object.assign(error, {
    status,
    retryable: status === 429 || status >= 500,
    // SendGrid says seconds; a date is left to the host's own schedule.
    retry_after_s: waitS > 0 ? waitS : undefined,
  });
}
