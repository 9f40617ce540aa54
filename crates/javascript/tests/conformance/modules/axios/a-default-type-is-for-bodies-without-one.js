//: answer: 200
//: answer: 200
//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/json
//: expect body: {"a":1}
//: expect request: POST https://api.example.com/b
//: expect header: content-type: text/x-own
//: expect body: text
//: expect request: POST https://api.example.com/c
//: expect header: content-type: text/x-own
//: expect body: {"c":1}
module.exports = async () => {
  const axios = require('axios');
  axios.defaults.headers.post['Content-Type'] = 'text/x-own';
  await axios.post('https://api.example.com/a', { a: 1 });
  await axios.post('https://api.example.com/b', 'text');
  await axios.post('https://api.example.com/c', { c: 1 }, { headers: { 'content-type': 'text/x-own' } });
};
