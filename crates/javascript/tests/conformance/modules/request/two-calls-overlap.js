//: answer GET https://api.example.com/slow: 200 {"body": "slow"}
//: answer GET https://api.example.com/fast: 200 {"body": "fast"}
//: expect: completed ["fast", "slow"]
//: expect request: GET https://api.example.com/slow
//: expect request: GET https://api.example.com/fast
module.exports = (user, context, cb) => {
  const request = require('request');
  const bodies = [];
  const done = (error, response, body) => {
    bodies.push(body);
    if (bodies.length === 2) cb(null, bodies.sort());
  };
  request('https://api.example.com/slow', done);
  request('https://api.example.com/fast', done);
};
