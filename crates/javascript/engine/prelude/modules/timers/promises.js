'use strict';

// `timers/promises`: setTimeout and setImmediate that answer with a promise.

module.exports = require('timers').promises;
