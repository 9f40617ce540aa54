//: expect: completed [172800000, "2d", "1 minute"]
module.exports = (user, context, cb) => {
  const ms = require('ms');
  cb(null, [ms('2 days'), ms(172800000), ms(60000, { long: true })]);
};
