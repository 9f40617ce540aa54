//: answer: 200 {"body": "abc"}
//: expect: completed [3, 200]
//: expect request: GET https://api.example.com/a
module.exports = async () =>
  require('request-promise-native')({
    uri: 'https://api.example.com/a',
    transform: (body, response) => [body.length, response.statusCode],
  });
