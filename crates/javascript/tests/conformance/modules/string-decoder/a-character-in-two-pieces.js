//: expect: completed ["", "€"]
module.exports = (user, context, cb) => {
  const { StringDecoder } = require('string_decoder');
  const decoder = new StringDecoder('utf8');
  cb(null, [decoder.write(Buffer.from([0xe2, 0x82])), decoder.end(Buffer.from([0xac]))]);
};
