'use strict';

// `http`: request, get, Agent (accepted, without effect), METHODS, STATUS_CODES. Redirects are not followed, as in
// Node.

module.exports = require('internal/http-module').create('http:');
