//: expect: completed {"bytes": ["ab", "c", "de"], "paused": [true, 1, false], "objects": [{"a": 1}, {"b": 2}]}
module.exports = (user, context, cb) => {
  const { PassThrough, Readable } = require('stream');
  const paused = new PassThrough();
  paused.pause();
  paused.write('k');
  const objects = [];
  const list = new Readable({ objectMode: true, read() {} });
  list.push({ a: 1 });
  list.push({ b: 2 });
  for (let item = list.read(); item !== null; item = list.read()) objects.push(item);
  const source = new Readable({ read() {} });
  source.push('abc');
  source.push('de');
  source.push(null);
  const bytes = [];
  source.on('readable', () => {
    for (const size of [2, 1, 9]) {
      const chunk = source.read(size);
      if (chunk !== null) bytes.push(String(chunk));
    }
  });
  source.on('end', () => {
    cb(null, { bytes, paused: [paused.isPaused(), paused.readableLength, paused.readableFlowing], objects });
  });
};
