'use strict';

// `request`: request(options | url, options?, callback), the verbs, `defaults`; events `request`, `response`, `data`,
// `end`, `complete`, `error`. Options: uri/url, baseUrl, method, headers, qs, qsStringifyOptions, useQuerystring, body,
// json, jsonReplacer, jsonReviver, form, formData, auth, timeout, encoding, followRedirect, followAllRedirects,
// followOriginalHttpMethod, maxRedirects (at most 5 are followed). gzip, pool, agent, forever and time have nothing to
// change here. Cookie jars, proxies, client certificates and request signing are refused by name.
const { Request } = require('internal/request-call');
const { build } = require('internal/request-verbs');

module.exports = build((options, callback) => new Request(options, callback), null);
module.exports.Request = Request;
