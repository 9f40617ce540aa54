'use strict';

// `request-promise`: `request` with promises. Options besides those of `request`: simple, resolveWithFullResponse,
// transform, transform2xxOnly.
const { create } = require('internal/request-promises');

module.exports = create(require('bluebird'));
