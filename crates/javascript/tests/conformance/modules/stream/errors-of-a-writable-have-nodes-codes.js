//: expect: completed ["ERR_STREAM_NULL_VALUES", "ERR_INVALID_ARG_TYPE", "ERR_METHOD_NOT_IMPLEMENTED", "ERR_STREAM_WRITE_AFTER_END", "ERR_STREAM_DESTROYED"]
module.exports = (user, context, cb) => {
  const { PassThrough, Writable } = require('stream');
  const codes = [];
  for (const [stream, chunk] of [[new PassThrough(), null], [new PassThrough(), {}], [new Writable(), 'x']]) {
    try {
      stream.write(chunk);
    } catch (error) {
      codes.push(error.code);
    }
  }
  const ended = new PassThrough();
  ended.end();
  ended.on('error', (error) => codes.push(error.code));
  ended.write('late');
  const destroyed = new PassThrough().destroy();
  destroyed.write('later', (error) => codes.push(error.code));
  setTimeout(() => cb(null, codes), 1);
};
