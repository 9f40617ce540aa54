//: expect: completed ["a9993e364706816aba3e25717850c26c9cd0d89d", "a9993e364706816aba3e25717850c26c9cd0d89d", "w47ciBXISJ9kc4l49EAI+FljRVRfC6po72/PXFPlcYk=", "finished"]
module.exports = (user, context, cb) => {
  const { createHash, createHmac } = require('crypto');
  const { Readable } = require('stream');
  const hash = createHash('sha1');
  hash.write('ab');
  hash.end('c');
  const seen = [hash.read().toString('hex')];
  const piped = createHash('sha1').setEncoding('hex');
  Readable.from([Buffer.from('a'), Buffer.from('bc')]).pipe(piped);
  piped.once('data', (digest) => {
    seen.push(digest);
    const hmac = createHmac('sha256', 'k');
    hmac.on('data', (code) => seen.push(code.toString('base64')));
    hmac.on('end', () => cb(null, seen.concat('finished')));
    hmac.end('x');
  });
};
