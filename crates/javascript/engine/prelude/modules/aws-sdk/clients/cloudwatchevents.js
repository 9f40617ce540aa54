'use strict';

// `aws-sdk/clients/cloudwatchevents`: the service's class alone.

module.exports = require('aws-sdk').CloudWatchEvents;
