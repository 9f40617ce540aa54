//: answer: 200
//: expect: completed 200
//: expect request: GET https://acme.example.com/api/v2/users/auth0%7C123
module.exports = (user, context, cb) => {
  require('https').get({ host: 'acme.example.com', path: '/api/v2/users/auth0|123' }, (res) =>
    cb(null, res.statusCode)
  );
};
