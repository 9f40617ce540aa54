'use strict';

// `aws-sdk/clients/sns`: the service's class alone.

module.exports = require('aws-sdk').SNS;
