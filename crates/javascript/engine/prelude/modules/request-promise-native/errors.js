'use strict';

// `request-promise-native/errors`: RequestError, StatusCodeError, TransformError.

module.exports = require('internal/request-promises').errors;
