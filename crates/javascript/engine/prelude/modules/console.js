'use strict';

// `console`: the global as a module.

module.exports = console;
