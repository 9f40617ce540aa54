'use strict';

// Warnings in the run's log about settings that scripts carry along and that mean nothing here; each is given once a
// run.
const { unsupported } = require('internal/coded-error');

const given = new Set();

function warnOnce(message) {
  if (given.has(message)) return;
  given.add(message);
  console.warn(message);
}

module.exports = warnOnce;

/**
 * Says that certificates are always checked, where `options` or an agent in it asks otherwise; refuses client
 * certificates.
 */
module.exports.aboutTls = function aboutTls(packageName, options) {
  check(packageName, options);
  if (options.agentOptions) check(packageName, options.agentOptions);
  if (options.agent && options.agent.options) check(packageName, options.agent.options);
  if (options.httpsAgent && options.httpsAgent.options) check(packageName, options.httpsAgent.options);
};

function check(packageName, options) {
  if (options.rejectUnauthorized === false || options.strictSSL === false) {
    warnOnce(
      packageName +
        ': certificates are always checked; `rejectUnauthorized: false` has no effect (the operator can trust a private CA)'
    );
  }
  if (options.ca) warnOnce(packageName + ': the option `ca` has no effect (the operator can trust a private CA)');
  const secret = (options.cert && 'cert') || (options.key && 'key') || (options.pfx && 'pfx');
  if (secret) throw unsupported(packageName + ': a client certificate (`' + secret + '`)', 'use a token or a password');
}
