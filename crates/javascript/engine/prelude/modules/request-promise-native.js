'use strict';

// `request-promise-native`: as `request-promise`, with the language's promises.
const { create } = require('internal/request-promises');

module.exports = create(Promise);
