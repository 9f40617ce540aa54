//: expect: completed "ABC!"
module.exports = (user, context, cb) => {
  const { PassThrough, Transform } = require('stream');
  const upper = new Transform({
    transform(chunk, encoding, done) {
      done(null, chunk.toString().toUpperCase());
    },
  });
  let text = '';
  upper
    .on('data', (chunk) => {
      text += chunk;
    })
    .on('end', () => cb(null, text + '!'));
  const source = new PassThrough();
  source.pipe(upper);
  source.write('ab');
  source.end('c');
};
