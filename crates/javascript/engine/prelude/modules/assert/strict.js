'use strict';

// `assert/strict`: `assert` with strict comparisons.

module.exports = require('assert').strict;
