//: expect: failed Error: twilio: client.faxes is not supported by Hookbox; bundle the npm package with `hookbox build`, or call the HTTP API with `request`
module.exports = (user, context, cb) => {
  require('twilio')('AC1', 'token').faxes.create({});
};
