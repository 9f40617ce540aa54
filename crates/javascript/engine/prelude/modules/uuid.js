'use strict';

// `uuid`: v1, v3, v4, v5, v7, validate, version, parse, stringify, NIL, MAX; calling the module itself gives a v4, as
// its old versions do.
const uuid = require('internal/uuid');

module.exports = Object.assign((options, target, offset) => uuid.v4(options, target, offset), uuid);
