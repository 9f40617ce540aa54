//: answer: 200
//: expect: completed 200
//: expect request: POST http://hooks.example.com:8099/changed
//: expect header: authorization: Basic dTpw
//: expect body: a=1
module.exports = (user, context, cb) => {
  const req = require('http').request(
    { host: 'hooks.example.com', port: 8099, path: '/changed', method: 'POST', auth: 'u:p' },
    (res) => cb(null, res.statusCode)
  );
  req.end('a=1');
};
