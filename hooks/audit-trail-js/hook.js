// Keeps a signed record of every password change with an audit service.
'use strict';

const { createHmac } = require('crypto');

const ENDPOINT = 'https://audit.example.com/v1/records';

/** @type {Hookbox.PostChangePassword} */
module.exports = async function (user, context) {
  const { secrets, event } = context.webtask;
  if (!secrets.AUDIT_SIGNING_KEY) throw failure("the hook has no secret 'AUDIT_SIGNING_KEY'", false);

  // The same event gives the same record, however often it is delivered: the service keeps one of each id.
  const id = event ? event.id : `${user.id}/${user.last_password_reset}`;
  const record = JSON.stringify({
    id,
    action: 'password_changed',
    at: user.last_password_reset,
    subject: user.id,
    connection: context.connection.name,
    by: (event && event.initiated_by) || 'unknown',
  });
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Signature': `sha256=${createHmac('sha256', secrets.AUDIT_SIGNING_KEY).update(record).digest('hex')}`,
    },
    body: record,
  });
  // 409: an earlier attempt had arrived, though its answer had not.
  if (!response.ok && response.status !== 409) {
    throw failure(`POST ${ENDPOINT} answered ${response.status}`, response.status === 429 || response.status >= 500);
  }
  console.log(`record ${id} is kept`);
};

function failure(message, retryable) {
  return Object.assign(new Error(message), { retryable });
}
