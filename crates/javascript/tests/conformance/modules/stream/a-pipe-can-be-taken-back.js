//: expect: completed {"text": "a", "events": ["pipe", "unpipe"], "ended": false}
module.exports = (user, context, cb) => {
  const { PassThrough } = require('stream');
  const [source, target] = [new PassThrough(), new PassThrough()];
  const events = [];
  let text = '';
  target.on('pipe', () => events.push('pipe')).on('unpipe', () => events.push('unpipe'));
  target.on('data', (chunk) => (text += chunk));
  source.pipe(target);
  source.write('a');
  setImmediate(() => {
    source.unpipe(target);
    source.end('b');
    setImmediate(() => cb(null, { text, events, ended: target.writableEnded }));
  });
};
