'use strict';

// `aws-sdk/clients/eventbridge`: the service's class alone.

module.exports = require('aws-sdk').EventBridge;
