//: answer: 200 {"body": "first"}
//: answer: 200 {"body": "second"}
//: expect: completed ["first", "end", "second"]
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
module.exports = (user, context, cb) => {
  const https = require('https');
  const { once } = require('events');
  const seen = [];
  https.get('https://api.example.com/1', (response) => {
    response.once('data', (chunk) => seen.push(String(chunk)));
    response.on('end', () => {
      seen.push('end');
      once(https.get('https://api.example.com/2'), 'response')
        .then(([next]) => once(next, 'data'))
        .then(([chunk]) => cb(null, [...seen, String(chunk)]), cb);
    });
  });
};
