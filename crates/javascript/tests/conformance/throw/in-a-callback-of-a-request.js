//: expect: failed SyntaxError: …
//: answer: 200 {"body": "<html>"}
//: expect request: GET https://api.example.com/data
//: expect stack: hook.js:7:16
module.exports = function (user, context, cb) {
  require('request')('https://api.example.com/data', function (error, response, body) {
    JSON.parse(body);
    cb();
  });
};
