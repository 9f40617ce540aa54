//: answer: 200 {"body": "ok"}
//: expect: completed {"events": ["socket", "connect", "response"], "same": true, "encrypted": false}
//: expect request: GET http://api.example.com/
module.exports = (user, context, cb) => {
  const events = [];
  const call = require('http').get('http://api.example.com/', (response) => {
    events.push('response');
    response.resume().on('end', () => {
      cb(null, { events, same: response.socket === call.connection, encrypted: Boolean(call.socket.encrypted) });
    });
  });
  call.on('socket', (socket) => {
    events.push('socket');
    // The answer is here before the limit, which then means nothing.
    socket.setTimeout(60000, () => events.push('timeout'));
    socket.on('connect', () => events.push('connect'));
  });
};
