//: answer: 400 {"body": "{\"code\":21211,\"message\":\"no number\"}"}
//: expect: failed RestException: no number
//: expect property: {"code": 21211, "status": 400}
//: expect request: POST https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json
module.exports = (user, context, cb) => {
  const client = require('twilio')('AC1', 'token');
  client.messages.create({ to: 'x', from: '+15550002', body: 'Hi' }).done(() => cb());
};
