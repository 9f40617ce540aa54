//: expect: failed Error: twilio: messages(sid) is not supported by Hookbox; bundle the npm package with `hookbox build`, or call the HTTP API with `request`
//: expect property: {"code": "ERR_HOOKBOX_UNSUPPORTED"}
module.exports = (user, context, cb) => {
  require('twilio')('AC1', 'token').messages('SM1').fetch(cb);
};
