//: expect: completed ["on a", "prependListener a", "second", "first", false]
module.exports = (user, context, cb) => {
  const seen = [];
  class Watched extends require('events') {
    on(name, listener) {
      seen.push(`on ${name}`);
      return super.on(name, listener);
    }
    prependListener(name, listener) {
      seen.push(`prependListener ${name}`);
      return super.prependListener(name, listener);
    }
  }
  const emitter = new Watched();
  emitter.once('a', () => seen.push('first'));
  emitter.prependOnceListener('a', () => seen.push('second'));
  emitter.emit('a');
  seen.push(emitter.emit('a'));
  cb(null, seen);
};
