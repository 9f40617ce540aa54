//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/users/auth0%7Cu1?q=a%20b%C3%A9&r=%22x%22
module.exports = function (user, context, cb) {
  require('request')('https://api.example.com/users/auth0|u1?q=a bé&r="x"', (error) => cb(error));
};
