//: answer: 200 {"headers": {"content-type": ["application/json"]}, "body": "{\"a\":1,"}
//: answer: 200 {"headers": {"content-type": ["application/json"]}, "body": "<p>"}
//: expect: completed [["SyntaxError", "{\"a\":1,", 200, true], ["SyntaxError", "<p>", 200]]
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/b
module.exports = (user, context, cb) => {
  const superagent = require('superagent');
  superagent.get('https://api.example.com/a').end((first, response) => {
    superagent.get('https://api.example.com/b').catch((second) => {
      cb(null, [
        [first.name, first.rawResponse, first.statusCode, response === undefined],
        [second.name, second.rawResponse, second.statusCode],
      ]);
    });
  });
};
