//: answer: never
//: expect: completed ["timeout", "ECONNRESET"]
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  const seen = [];
  const req = require('https').request('https://api.example.com', { timeout: 5 }, () => cb(new Error('answered')));
  req.on('timeout', () => {
    seen.push('timeout');
    req.destroy();
  });
  req.on('error', (error) => cb(null, seen.concat(error.code)));
  req.end();
};
