//: answer: 200 {"body": "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"e1\"}]}"}
//: expect: completed {"FailedEntryCount": 0, "Entries": [{"EventId": "e1"}]}
//: expect request: POST https://events.us-east-1.amazonaws.com/
//: expect header: x-amz-target: AWSEvents.PutEvents
//: expect header: content-type: application/x-amz-json-1.1
//: expect header: x-amz-security-token: ST
//: expect body: {"Entries":[{"Source":"acme","DetailType":"changed","Detail":"{}","Time":0}]}
module.exports = (user, context, cb) => {
  process.env.AWS_ACCESS_KEY_ID = 'AK';
  process.env.AWS_SECRET_ACCESS_KEY = 'SK';
  process.env.AWS_SESSION_TOKEN = 'ST';
  process.env.AWS_REGION = 'us-east-1';
  const { CloudWatchEvents } = require('aws-sdk');
  new CloudWatchEvents().putEvents(
    { Entries: [{ Source: 'acme', DetailType: 'changed', Detail: '{}', Time: new Date(0) }] },
    cb
  );
};
