//: answer: never
//: expect: completed ["socket timeout", "abort"]
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  const seen = [];
  const call = require('request')('https://api.example.com/');
  call.on('socket', (socket) => {
    socket.setTimeout(5);
    socket.on('timeout', () => {
      seen.push('socket timeout');
      call.abort();
    });
  });
  call.on('abort', () => cb(null, seen.concat('abort')));
};
