//: answer: 200
//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a?b=1
//: expect request: GET https://api.example.com:8443/c
module.exports = (user, context, cb) => {
  const request = require('request');
  request({ uri: require('url').parse('https://api.example.com/a?b=1') }, (error) => {
    request(new URL('https://api.example.com:8443/c'), (again) => cb(error || again));
  });
};
