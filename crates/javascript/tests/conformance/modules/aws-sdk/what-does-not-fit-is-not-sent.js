//: expect: completed
//: expect log: info InvalidParameterType Expected params.Message to be a string
//: expect log: info MissingRequiredParameter Missing required key 'DataType' in params.MessageAttributes['kind']
//: expect log: info MultipleValidationErrors There were 2 validation errors:\n* InvalidParameterType: Expected params.Destination.ToAddresses to be an Array\n* UnexpectedParameter: Unexpected key 'Html' found in params.Message
//: expect log: info InvalidParameterType Expected params.Entries[0].Time to be a Date object, ISO-8601 string, or a UNIX timestamp
//: expect log: info ["message","code","time"]
module.exports = async () => {
  const AWS = require('aws-sdk');
  AWS.config.update({ region: 'us-east-1', accessKeyId: 'AK', secretAccessKey: 'SK' });
  const refused = (request) => request.promise().catch((error) => error);
  const Message = { Subject: { Data: 'S' }, Body: {}, Html: 'x' };
  const errors = [
    await refused(new AWS.SNS().publish({ Message: 5 })),
    await refused(new AWS.SNS().publish({ Message: 'x', MessageAttributes: { kind: { StringValue: 'y' } } })),
    await refused(new AWS.SES().sendEmail({ Source: 'a', Destination: { ToAddresses: 'b' }, Message })),
    await refused(new AWS.EventBridge().putEvents({ Entries: [{ Time: 'soon' }] })),
  ];
  for (const error of errors) console.log(error.name, error.message);
  console.log(JSON.stringify(Object.keys(errors[0])));
};
