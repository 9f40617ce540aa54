'use strict';

// `aws-sdk/clients/lambda`: the service's class alone.

module.exports = require('aws-sdk').Lambda;
