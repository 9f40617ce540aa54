//: expect: completed {"text": "AB", "value": 2, "error": "the source broke", "destroyed": true}
module.exports = async () => {
  const { pipeline, PassThrough, Readable } = require('stream');
  const { pipeline: promised } = require('stream/promises');
  const upper = async function* (source) {
    for await (const chunk of source) yield String(chunk).toUpperCase();
  };
  const text = await new Promise((resolve, reject) => {
    const end = new PassThrough();
    let all = '';
    end.on('data', (chunk) => (all += chunk));
    pipeline(Readable.from(['a', 'b']), upper, end, (error) => (error ? reject(error) : resolve(all)));
  });
  const value = await promised(['x', 'y'], async (source) => {
    let count = 0;
    for await (const item of source) count += item.length;
    return count;
  }).catch((error) => error.message);
  const source = new Readable({ read() {} });
  const target = new PassThrough();
  const failing = promised(source, target).catch((error) => error.message);
  source.destroy(new Error('the source broke'));
  return { text, value, error: await failing, destroyed: target.destroyed };
};
