//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a
//: expect header: authorization: Bearer abc
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com/a', auth: { bearer: 'abc' } }, (error) => cb(error));
};
