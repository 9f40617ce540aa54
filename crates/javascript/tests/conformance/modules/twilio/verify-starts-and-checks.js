//: answer: 201 {"body": "{\"status\":\"pending\"}"}
//: answer: 200 {"body": "{\"status\":\"approved\"}"}
//: expect: completed ["pending", "approved"]
//: expect request: POST https://verify.twilio.com/v2/Services/VA1/Verifications
//: expect body: To=%2B15550001&Channel=sms
//: expect request: POST https://verify.twilio.com/v2/Services/VA1/VerificationCheck
//: expect body: To=%2B15550001&Code=123456
module.exports = async () => {
  const client = require('twilio')('AC1', 'token');
  const first = await client.verify.services('VA1').verifications.create({ to: '+15550001', channel: 'sms' });
  const second = await client.verify.v2.services('VA1').verificationChecks.create({ to: '+15550001', code: '123456' });
  return [first.status, second.status];
};
