//: answer: 200 {"body_base64": "/wD+"}
//: expect: completed {"isBuffer": true, "hex": "ff00fe"}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com/a', encoding: null }, (error, response, body) => {
    cb(error, { isBuffer: Buffer.isBuffer(body), hex: body.toString('hex') });
  });
};
