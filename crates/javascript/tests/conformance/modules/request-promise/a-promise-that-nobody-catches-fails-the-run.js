//: answer: 503 {"body": "busy"}
//: expect: failed StatusCodeError: 503 - "busy"
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request-promise-native')('https://api.example.com/a').then(() => cb());
};
