//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a
//: expect header: authorization: Basic dXNlcjpwYXNz
module.exports = (user, context, cb) => {
  require('request').get(
    'https://api.example.com/a',
    { auth: { username: 'user', password: 'pass', sendImmediately: true } },
    (error) => cb(error)
  );
};
