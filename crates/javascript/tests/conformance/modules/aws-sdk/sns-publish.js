//: answer: 200 {"body": "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>"}
//: expect: completed {"MessageId": "m-1", "ResponseMetadata": {"RequestId": "r-1"}}
//: expect request: POST https://sns.eu-west-1.amazonaws.com/
//: expect header: content-type: application/x-www-form-urlencoded; charset=utf-8
//: expect body: Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At&Message=%7B%22a%22%3A1%7D&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=changed
module.exports = (user, context, cb) => {
  const AWS = require('aws-sdk');
  AWS.config.update({ region: 'eu-west-1', accessKeyId: 'AK', secretAccessKey: 'SK' });
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'changed' } };
  new AWS.SNS({ apiVersion: '2010-03-31' }).publish(
    { TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: JSON.stringify({ a: 1 }), MessageAttributes },
    cb
  );
};
