//: expect: completed ["a", "ä", "b"]
module.exports = (user, context, cb) => {
  const { PassThrough } = require('stream');
  const stream = new PassThrough({ encoding: 'utf8' });
  const seen = [];
  stream.on('data', (text) => seen.push(text)).on('end', () => cb(null, seen));
  stream.write(Buffer.from([0x61, 0xc3]));
  stream.write(Buffer.from([0xa4]));
  stream.end('b');
};
