//: answer: 200 {"body": "{\"r\":1}"}
//: answer: 403 {"body": "{\"message\":\"no\"}", "headers": {"x-amzn-errortype": ["AccessDenied"]}}
//: expect: completed ["success {\"r\":1}", "complete null", "error AccessDenied", "complete AccessDenied", "callback AccessDenied"]
//: expect request: POST https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations
//: expect request: POST https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations
module.exports = (user, context, cb) => {
  const { Lambda } = require('aws-sdk');
  const lambda = new Lambda({ region: 'us-east-1', accessKeyId: 'AK', secretAccessKey: 'SK' });
  const seen = [];
  const watched = (request) =>
    request
      .on('success', (response) => seen.push(`success ${response.data.Payload}`))
      .on('error', (error, response) => seen.push(`error ${response.error.code}`))
      .on('complete', ({ error }) => seen.push(`complete ${error && error.name}`));
  const first = watched(lambda.invoke({ FunctionName: 'f' }));
  first.on('complete', () => {
    watched(lambda.invoke({ FunctionName: 'f' })).send((error) => cb(null, seen.concat(`callback ${error.code}`)));
  });
  first.send();
};
