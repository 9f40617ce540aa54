'use strict';

// `stream/promises`: finished and pipeline that answer with a promise.

module.exports = require('stream').promises;
