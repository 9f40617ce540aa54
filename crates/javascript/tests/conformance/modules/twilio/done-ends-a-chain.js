//: answer: 201 {"body": "{\"sid\":\"SM1\"}"}
//: expect: completed "SM1"
//: expect request: POST https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json
module.exports = (user, context, cb) => {
  const client = require('twilio')('AC1', 'token');
  client.messages
    .create({ to: '+15550001', from: '+15550002', body: 'Hi' })
    .then((message) => message.sid)
    .finally(() => {})
    .done((sid) => cb(null, sid));
};
