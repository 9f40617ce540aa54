//: answer: 403 {"body": "no"}
//: expect: completed ["HTTPError", "Response code 403 (Forbidden)", 403, "no"]
//: expect request: GET https://api.example.com/a
module.exports = () =>
  require('got')('https://api.example.com/a').catch((error) => [
    error.name,
    error.message,
    error.response.statusCode,
    error.response.body,
  ]);
