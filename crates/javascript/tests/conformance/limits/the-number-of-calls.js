//: limit: http_calls 2
//: answer: 200
//: answer: 200
//: expect: failed Error: …
//: expect property: {"kind":"too_many","code":"EAGAIN"}
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
module.exports = function (user, context, cb) {
  const request = require('request');
  request('https://api.example.com/1', () => request('https://api.example.com/2', () => request('https://api.example.com/3', cb)));
};
