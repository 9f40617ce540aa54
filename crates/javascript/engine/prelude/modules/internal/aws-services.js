'use strict';

// The operations of AWS that scripts make: one row each. `name` is the service's name in its host and in signatures.
const { query, json, lambdaInvoke } = require('internal/aws-protocols');

const EVENTS = { known: ['Entries', 'EndpointId'], required: ['Entries'], protocol: json('AWSEvents.PutEvents') };

module.exports = {
  SNS: {
    host: 'sns',
    name: 'sns',
    operations: {
      publish: {
        known: [
          'TopicArn',
          'TargetArn',
          'PhoneNumber',
          'Message',
          'Subject',
          'MessageStructure',
          'MessageAttributes',
          'MessageDeduplicationId',
          'MessageGroupId',
        ],
        required: ['Message'],
        protocol: query('Publish', '2010-03-31', ['MessageId', 'SequenceNumber']),
      },
    },
  },
  SES: {
    host: 'email',
    name: 'ses',
    operations: {
      sendEmail: {
        known: [
          'Source',
          'Destination',
          'Message',
          'ReplyToAddresses',
          'ReturnPath',
          'SourceArn',
          'ReturnPathArn',
          'Tags',
          'ConfigurationSetName',
        ],
        required: ['Source', 'Destination', 'Message'],
        protocol: query('SendEmail', '2010-12-01', ['MessageId']),
      },
      sendTemplatedEmail: {
        known: [
          'Source',
          'Destination',
          'Template',
          'TemplateArn',
          'TemplateData',
          'ReplyToAddresses',
          'ReturnPath',
          'SourceArn',
          'ReturnPathArn',
          'Tags',
          'ConfigurationSetName',
        ],
        required: ['Source', 'Destination', 'Template', 'TemplateData'],
        protocol: query('SendTemplatedEmail', '2010-12-01', ['MessageId']),
      },
      sendRawEmail: {
        known: [
          'Source',
          'Destinations',
          'RawMessage',
          'FromArn',
          'SourceArn',
          'ReturnPathArn',
          'Tags',
          'ConfigurationSetName',
        ],
        required: ['RawMessage'],
        protocol: query('SendRawEmail', '2010-12-01', ['MessageId']),
      },
    },
  },
  Lambda: {
    host: 'lambda',
    name: 'lambda',
    operations: {
      invoke: {
        known: ['FunctionName', 'InvocationType', 'LogType', 'ClientContext', 'Payload', 'Qualifier'],
        required: ['FunctionName'],
        protocol: lambdaInvoke,
      },
    },
  },
  CloudWatchEvents: { host: 'events', name: 'events', operations: { putEvents: EVENTS } },
  EventBridge: { host: 'events', name: 'events', operations: { putEvents: EVENTS } },
  SQS: {
    host: 'sqs',
    name: 'sqs',
    operations: {
      sendMessage: {
        known: [
          'QueueUrl',
          'MessageBody',
          'DelaySeconds',
          'MessageAttributes',
          'MessageSystemAttributes',
          'MessageDeduplicationId',
          'MessageGroupId',
        ],
        required: ['QueueUrl', 'MessageBody'],
        protocol: json('AmazonSQS.SendMessage', '1.0'),
      },
    },
  },
};
