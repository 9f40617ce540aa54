'use strict';

// `path/posix`: the same as `path`.

module.exports = require('path');
