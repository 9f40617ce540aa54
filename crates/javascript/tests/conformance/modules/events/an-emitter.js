//: expect: completed ["first 1", "once 1", "first 2", 1, "boom"]
module.exports = (user, context, cb) => {
  const EventEmitter = require('events');
  const seen = [];
  const emitter = new EventEmitter();
  emitter.on('x', (value) => seen.push('first ' + value)).once('x', (value) => seen.push('once ' + value));
  emitter.emit('x', 1);
  emitter.emit('x', 2);
  seen.push(emitter.listenerCount('x'));
  try {
    emitter.emit('error', new Error('boom'));
  } catch (error) {
    seen.push(error.message);
  }
  cb(null, seen);
};
