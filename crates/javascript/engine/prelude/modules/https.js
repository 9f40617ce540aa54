'use strict';

// `https`: request, get, Agent (accepted, without effect). Certificates are always checked.

module.exports = require('internal/http-module').create('https:');
