//: answer: 200
//: expect: completed
//: expect request: GET https://acme.example.com/api/v2/users/auth0%7C123
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://acme.example.com/api/v2/users/auth0|123' }, (error) => cb(error));
};
