//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a?x=1&y=b%20c&z%5B0%5D=2
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com/a?x=1', qs: { y: 'b c', z: [2] } }, (error) => cb(error));
};
