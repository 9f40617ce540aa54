//: answer: 200 {"body": "{\"a\":1}"}
//: expect: completed {"a": 1}
//: expect request: GET https://api.example.com/a
module.exports = async () => require('request-promise')({ uri: 'https://api.example.com/a', json: true });
