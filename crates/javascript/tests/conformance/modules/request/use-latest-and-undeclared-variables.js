//: answer: 200 {"body": "x"}
//: expect: completed "x"
//: expect request: GET https://api.example.com/
'use latest';
request = require('request');
module.exports = function (user, context, cb) {
  options = { url: 'https://api.example.com' };
  request(options, function (error, response, body) {
    cb(error, body);
  });
};
