//: answer: 201 {"body": "{\"sid\":\"SM1\",\"num_segments\":\"1\"}"}
//: expect: completed {"sid": "SM1", "numSegments": "1"}
//: expect request: POST https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json
//: expect header: authorization: Basic QUMxOnRva2Vu
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: To=%2B15550001&From=%2B15550002&Body=Your%20code%20is%201
module.exports = (user, context, cb) => {
  const client = require('twilio')('AC1', 'token');
  client.messages
    .create({ to: '+15550001', from: '+15550002', body: 'Your code is 1' })
    .then((message) => cb(null, message))
    .catch(cb);
};
