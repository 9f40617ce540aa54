//: answer: 400 {"body": "<ErrorResponse><Error><Type>Sender</Type><Code>MessageRejected</Code><Message>Email address is not verified &amp; refused</Message></Error></ErrorResponse>"}
//: expect: failed MessageRejected: Email address is not verified & refused
//: expect property: {"code": "MessageRejected", "statusCode": 400}
//: expect request: POST https://email.eu-west-1.amazonaws.com/
//: expect body: Action=SendEmail&Version=2010-12-01&Source=a%40example.com&Destination.ToAddresses.member.1=b%40example.com&Message.Subject.Data=S&Message.Body.Text.Data=T%20%C3%A9
module.exports = (user, context, cb) => {
  const SES = require('aws-sdk/clients/ses');
  const ses = new SES({ region: 'eu-west-1', accessKeyId: 'AK', secretAccessKey: 'SK' });
  ses.sendEmail(
    {
      Source: 'a@example.com',
      Destination: { ToAddresses: ['b@example.com'] },
      Message: { Subject: { Data: 'S' }, Body: { Text: { Data: 'T é' } } },
    },
    cb
  );
};
