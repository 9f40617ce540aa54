'use strict';

// `process`: the global as a module.

module.exports = process;
