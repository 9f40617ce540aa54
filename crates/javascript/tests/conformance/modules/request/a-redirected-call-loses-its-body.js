//: answer: 302 {"headers": {"location": ["/b"]}}
//: answer: 200
//: answer: 307 {"headers": {"location": ["/d"]}}
//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect body: a=1
//: expect request: POST https://api.example.com/b
//: expect no header: content-type
//: expect body: 
//: expect request: POST https://api.example.com/c
//: expect request: POST https://api.example.com/d
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: a=1
module.exports = (user, context, cb) => {
  const request = require('request');
  const rules = { method: 'POST', form: { a: 1 }, followAllRedirects: true };
  request({ ...rules, url: 'https://api.example.com/a', followOriginalHttpMethod: true }, () => {
    request({ ...rules, url: 'https://api.example.com/c' }, (error) => cb(error));
  });
};
