//: answer: 302 {"headers": {"location": ["/1"]}}
//: answer: 302 {"headers": {"location": ["/2"]}}
//: answer: 302 {"headers": {"location": ["/3"]}}
//: answer: 302 {"headers": {"location": ["/4"]}}
//: answer: 302 {"headers": {"location": ["/5"]}}
//: answer: 302 {"headers": {"location": ["/6"]}}
//: expect: failed Error: Exceeded maxRedirects. Probably stuck in a redirect loop https://api.example.com/5
//: expect request: GET https://api.example.com/0
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
//: expect request: GET https://api.example.com/3
//: expect request: GET https://api.example.com/4
//: expect request: GET https://api.example.com/5
module.exports = (user, context, cb) => {
  require('request')('https://api.example.com/0', (error) => cb(error));
};
