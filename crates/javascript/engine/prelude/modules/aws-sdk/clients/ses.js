'use strict';

// `aws-sdk/clients/ses`: the service's class alone.

module.exports = require('aws-sdk').SES;
