'use strict';

// `util/types`: the type checks of `util.types`.

module.exports = require('util').types;
