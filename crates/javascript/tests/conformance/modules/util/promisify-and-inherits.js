//: expect: completed ["value", "no", "heard"]
module.exports = async () => {
  const util = require('util');
  const EventEmitter = require('events');
  const later = (text, callback) =>
    setTimeout(() => (text === 'no' ? callback(new Error(text)) : callback(null, text)), 1);
  function Bell() {
    EventEmitter.call(this);
  }
  util.inherits(Bell, EventEmitter);
  const bell = new Bell();
  const heard = EventEmitter.once(bell, 'ring');
  bell.emit('ring', 'heard');
  return [
    await util.promisify(later)('value'),
    await util
      .promisify(later)('no')
      .catch((error) => error.message),
    (await heard)[0],
  ];
};
