//: answer: 400 {"body": "{\"code\":21211,\"message\":\"The 'To' number is not valid\",\"more_info\":\"x\",\"status\":400}"}
//: expect: failed RestException: The 'To' number is not valid
//: expect property: {"code": 21211, "status": 400}
//: expect request: POST https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json
module.exports = (user, context, cb) => {
  require('twilio')('AC1', 'token').messages.create({ to: 'x' }, cb);
};
