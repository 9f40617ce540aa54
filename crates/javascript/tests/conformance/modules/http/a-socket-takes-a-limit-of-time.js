//: answer: never
//: expect: completed [true, true, "timeout", "ECONNRESET", "socket hang up"]
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  const seen = [];
  const call = require('https').request('https://api.example.com/');
  call.on('socket', (socket) => {
    seen.push(socket === call.socket, socket.encrypted);
    socket.setTimeout(5);
    socket.on('timeout', () => {
      seen.push('timeout');
      socket.destroy();
    });
  });
  call.on('error', (error) => cb(null, [...seen, error.code, error.message]));
  call.end();
};
