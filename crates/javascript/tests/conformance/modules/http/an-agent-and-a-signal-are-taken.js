//: answer: never
//: expect: completed "AbortError"
//: expect request: GET http://api.example.com/
module.exports = (user, context, cb) => {
  const http = require('http');
  const controller = new AbortController();
  http
    .get('http://api.example.com', { agent: new http.Agent({ keepAlive: true }), signal: controller.signal }, () =>
      cb()
    )
    .on('error', (error) => cb(null, error.name));
  setTimeout(() => controller.abort(), 1);
};
