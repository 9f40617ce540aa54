//: answer: 200 {"body": "{}"}
//: expect: completed {}
//: expect request: GET https://api.example.com/v1/me
//: expect header: x-a: 3
//: expect header: x-b: 2
//: expect header: accept: application/json
module.exports = (user, context, cb) => {
  const api = require('request').defaults({ baseUrl: 'https://api.example.com/v1/', headers: { 'X-A': '1' } });
  api
    .defaults({ json: true, headers: { 'X-B': '2' } })
    .get({ url: '/me', headers: { 'x-a': '3' } }, (error, response, body) => cb(error, body));
};
