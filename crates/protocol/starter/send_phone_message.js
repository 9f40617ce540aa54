/**
 * Sends a code to a phone.
 *
 * @param {string} recipient - the phone number
 * @param {string} text - the message
 * @param {object} context - message_type, action, language, code, ip, user_agent, client, user and webtask {secrets}
 * @param {function} cb - call it when done: cb(error, { MessageID })
 */
module.exports = function (recipient, text, context, cb) {
  console.log('would send to', recipient);
  cb(null, { MessageID: 'none' });
};
