//: expect: completed ["_destroy why", "error why", "close", "write ERR_STREAM_DESTROYED"]
module.exports = (user, context, cb) => {
  const { Writable } = require('stream');
  const seen = [];
  const stream = new Writable({
    write() {},
    destroy(error, done) {
      seen.push('_destroy ' + error.message);
      done(error);
    },
  });
  stream.on('error', (error) => seen.push('error ' + error.message)).on('close', () => seen.push('close'));
  stream.destroy(new Error('why'));
  setImmediate(() => {
    stream.write('x', (error) => {
      seen.push('write ' + error.code);
      cb(null, seen);
    });
  });
};
