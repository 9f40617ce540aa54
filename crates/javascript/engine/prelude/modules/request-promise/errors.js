'use strict';

// `request-promise/errors`: RequestError, StatusCodeError, TransformError.

module.exports = require('internal/request-promises').errors;
