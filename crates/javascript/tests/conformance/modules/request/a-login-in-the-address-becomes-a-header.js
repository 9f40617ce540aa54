//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a
//: expect header: authorization: Basic dXNlcjpwQHNz
module.exports = (user, context, cb) => {
  require('request')('https://user:p%40ss@api.example.com/a', (error) => cb(error));
};
