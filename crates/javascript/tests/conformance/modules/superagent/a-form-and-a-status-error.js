//: answer: 422 {"headers": {"content-type": ["application/json"]}, "body": "{\"e\":1}"}
//: expect: completed ["Unprocessable Entity", 422, {"e": 1}]
//: expect request: PUT https://api.example.com/a
//: expect header: content-type: application/x-www-form-urlencoded
//: expect header: authorization: Basic dTpw
//: expect body: a=b%20c
module.exports = async () => {
  const call = require('superagent').put('https://api.example.com/a').type('form').auth('u', 'p').send({ a: 'b c' });
  return call.catch((error) => [error.message, error.status, error.response.body]);
};
