'use strict';

// `uuid/v4`: the function alone, as old versions of the package have it.

module.exports = require('internal/uuid').v4;
