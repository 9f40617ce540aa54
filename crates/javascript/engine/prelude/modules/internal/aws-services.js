'use strict';

// The operations of AWS that scripts make: one row each. `name` is the service's name in its host and in signatures,
// `takes` the shape of the parameters (internal/aws-shapes).
const { query, json, lambdaInvoke } = require('internal/aws-protocols');

const SNS_ATTRIBUTE = { 'DataType!': 'string', StringValue: 'string', BinaryValue: 'blob' };
const SQS_ATTRIBUTE = Object.assign({ StringListValues: ['string'], BinaryListValues: ['blob'] }, SNS_ATTRIBUTE);

const MAIL_DESTINATION = { ToAddresses: ['string'], CcAddresses: ['string'], BccAddresses: ['string'] };
const MAIL_TEXT = { 'Data!': 'string', Charset: 'string' };
const MAIL_COMMON = {
  ReturnPathArn: 'string',
  SourceArn: 'string',
  Tags: [{ 'Name!': 'string', 'Value!': 'string' }],
  ConfigurationSetName: 'string',
};
const MAIL_ADDRESSED = Object.assign(
  { 'Source!': 'string', 'Destination!': MAIL_DESTINATION, ReplyToAddresses: ['string'], ReturnPath: 'string' },
  MAIL_COMMON
);

const EVENTS = {
  takes: {
    'Entries!': [
      {
        Time: 'timestamp',
        Source: 'string',
        Resources: ['string'],
        DetailType: 'string',
        Detail: 'string',
        EventBusName: 'string',
        TraceHeader: 'string',
      },
    ],
    EndpointId: 'string',
  },
  protocol: json('AWSEvents.PutEvents'),
};

module.exports = {
  SNS: {
    host: 'sns',
    name: 'sns',
    operations: {
      publish: {
        takes: {
          TopicArn: 'string',
          TargetArn: 'string',
          PhoneNumber: 'string',
          'Message!': 'string',
          Subject: 'string',
          MessageStructure: 'string',
          MessageAttributes: { '*': SNS_ATTRIBUTE },
          MessageDeduplicationId: 'string',
          MessageGroupId: 'string',
        },
        protocol: query('Publish', '2010-03-31', ['MessageId', 'SequenceNumber']),
      },
    },
  },
  SES: {
    host: 'email',
    name: 'ses',
    operations: {
      sendEmail: {
        takes: Object.assign(
          { 'Message!': { 'Subject!': MAIL_TEXT, 'Body!': { Text: MAIL_TEXT, Html: MAIL_TEXT } } },
          MAIL_ADDRESSED
        ),
        protocol: query('SendEmail', '2010-12-01', ['MessageId']),
      },
      sendTemplatedEmail: {
        takes: Object.assign(
          { 'Template!': 'string', TemplateArn: 'string', 'TemplateData!': 'string' },
          MAIL_ADDRESSED
        ),
        protocol: query('SendTemplatedEmail', '2010-12-01', ['MessageId']),
      },
      sendRawEmail: {
        takes: Object.assign(
          { Source: 'string', Destinations: ['string'], 'RawMessage!': { 'Data!': 'blob' }, FromArn: 'string' },
          MAIL_COMMON
        ),
        protocol: query('SendRawEmail', '2010-12-01', ['MessageId']),
      },
    },
  },
  Lambda: {
    host: 'lambda',
    name: 'lambda',
    operations: {
      invoke: {
        takes: {
          'FunctionName!': 'string',
          InvocationType: 'string',
          LogType: 'string',
          ClientContext: 'string',
          Payload: 'blob',
          Qualifier: 'string',
        },
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
        takes: {
          'QueueUrl!': 'string',
          'MessageBody!': 'string',
          DelaySeconds: 'number',
          MessageAttributes: { '*': SQS_ATTRIBUTE },
          MessageSystemAttributes: { '*': SQS_ATTRIBUTE },
          MessageDeduplicationId: 'string',
          MessageGroupId: 'string',
        },
        protocol: json('AmazonSQS.SendMessage', '1.0'),
      },
    },
  },
};
