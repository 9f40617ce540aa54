//: answer: 200 {"body": "{}"}
//: expect: completed {}
//: expect request: GET https://api.example.com/v1/users/auth0%7C1?fields=email
//: expect header: authorization: Bearer t
//: expect header: x-b: 2
module.exports = async () => {
  const api = require('axios').create({
    baseURL: 'https://api.example.com/v1/',
    headers: { Authorization: 'Bearer t' },
    timeout: 5000,
  });
  api.defaults.headers.common['X-B'] = '2';
  return (await api.get('/users/auth0|1', { params: { fields: 'email', none: undefined } })).data;
};
