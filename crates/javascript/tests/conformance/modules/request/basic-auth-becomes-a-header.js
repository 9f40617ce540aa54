//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a
//: expect header: authorization: Basic dXNlcjpwOmFzcw==
module.exports = (user, context, cb) => {
  require('request').get('https://api.example.com/a', { auth: { user: 'user', pass: 'p:ass' } }, (error) => cb(error));
};
