/**
 * Runs when a client asks for an access token with its own credentials.
 *
 * @param {object} client - the client: id, name, tenant, metadata
 * @param {string[]} [scope] - the scopes asked for
 * @param {string} audience - the token's audience
 * @param {object} context - webtask {secrets}
 * @param {function} cb - call it when done: cb(error, { scope: [...], 'https://example.com/claim': value })
 */
module.exports = function (client, scope, audience, context, cb) {
  cb(null, { scope: scope || [] });
};
