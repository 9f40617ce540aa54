'use strict';

// `uuid/v1`: the function alone, as old versions of the package have it.

module.exports = require('internal/uuid').v1;
