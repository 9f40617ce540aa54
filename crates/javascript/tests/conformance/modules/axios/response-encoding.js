//: answer: 200 {"body_base64": "Y2Fm6Q=="}
//: expect: completed "café"
//: expect request: GET https://api.example.com/a
module.exports = async () =>
  (await require('axios').get('https://api.example.com/a', { responseEncoding: 'latin1' })).data;
