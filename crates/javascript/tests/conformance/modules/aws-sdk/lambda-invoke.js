//: answer: 200 {"headers": {"x-amz-function-error": ["Unhandled"]}, "body": "{\"r\":1}"}
//: expect: completed {"StatusCode": 200, "Payload": "{\"r\":1}", "FunctionError": "Unhandled"}
//: expect request: POST https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/changed/invocations
//: expect header: x-amz-invocation-type: RequestResponse
//: expect body: {"id":1}
module.exports = async () => {
  const AWS = require('aws-sdk');
  const lambda = new AWS.Lambda({ region: 'us-east-1', credentials: new AWS.Credentials('AK', 'SK') });
  return lambda.invoke({ FunctionName: 'changed', InvocationType: 'RequestResponse', Payload: '{"id":1}' }).promise();
};
