//: answer GET https://api.example.com/a: 302 {"headers": {"location": ["/a"]}}
//: answer GET https://api.example.com/a: 302 {"headers": {"location": ["/a"]}}
//: answer GET https://api.example.com/a: 302 {"headers": {"location": ["/a"]}}
//: expect: failed Error: Exceeded maxRedirects. Probably stuck in a redirect loop https://api.example.com/a
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com/a', maxRedirects: 2 }, (error) => cb(error));
};
