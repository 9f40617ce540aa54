//: answer: 200 {"body": "{}"}
//: expect: completed ["status", "statusText", "headers", "config", "request", "data"]
//: expect request: GET https://api.example.com/a
module.exports = async () =>
  Object.keys(JSON.parse(JSON.stringify(await require('axios').get('https://api.example.com/a'))));
