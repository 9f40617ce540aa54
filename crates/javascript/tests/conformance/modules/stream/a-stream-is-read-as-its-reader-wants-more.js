//: expect: completed {"seen": [0, 1, 2], "closed": true}
module.exports = async () => {
  const { Readable } = require('stream');
  let next = 0;
  const endless = new Readable({
    objectMode: true,
    read() {
      this.push(next++);
    },
  });
  const seen = [];
  for await (const number of endless) {
    seen.push(number);
    if (seen.length === 3) break;
  }
  return { seen, closed: endless.destroyed };
};
