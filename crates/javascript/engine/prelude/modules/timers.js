'use strict';

// `timers`: the global timers as a module, and `timers/promises` under `promises`.

exports.setTimeout = setTimeout;
exports.clearTimeout = clearTimeout;
exports.setInterval = setInterval;
exports.clearInterval = clearInterval;
exports.setImmediate = setImmediate;
exports.clearImmediate = clearImmediate;
exports.promises = require('./timers').promises;
