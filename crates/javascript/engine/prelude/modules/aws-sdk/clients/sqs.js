'use strict';

// `aws-sdk/clients/sqs`: the service's class alone.

module.exports = require('aws-sdk').SQS;
