//: expect: completed ["ERR_STREAM_PREMATURE_CLOSE", "broke", "ok", "ERR_STREAM_PREMATURE_CLOSE"]
module.exports = (user, context, cb) => {
  const { PassThrough, Writable, finished } = require('stream');
  const hear = (stream) => new Promise((resolve) => finished(stream, (e) => resolve(e ? e.code || e.message : 'ok')));
  const destroyed = new PassThrough();
  const broken = new Writable({ write: (chunk, encoding, done) => done(new Error('broke')) });
  const whole = new PassThrough();
  const late = new PassThrough();
  late.destroy();
  const all = [hear(destroyed), hear(broken), hear(whole)];
  destroyed.destroy();
  broken.write('x');
  whole.resume().end('y');
  setTimeout(() => Promise.all([...all, hear(late)]).then((seen) => cb(null, seen)), 1);
};
