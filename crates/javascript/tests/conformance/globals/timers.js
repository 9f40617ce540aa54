//: expect: completed {"interval":3,"args":[1,2],"cleared":[],"isObject":true,"unref":false,"number":true}
module.exports = function (user, context, cb) {
  const seen = { interval: 0, cleared: [] };
  clearTimeout(setTimeout(() => seen.cleared.push('timeout'), 1));
  clearImmediate(setImmediate(() => seen.cleared.push('immediate')));
  clearTimeout(Number(setTimeout(() => seen.cleared.push('by number'), 1)));
  clearTimeout(undefined);
  setTimeout((...args) => (seen.args = args), 1, 1, 2);
  const idle = setTimeout(() => seen.cleared.push('idle'), 100000).unref();
  seen.isObject = typeof idle === 'object';
  seen.unref = idle.hasRef();
  seen.number = Number.isInteger(+idle);
  const interval = setInterval(() => {
    seen.interval += 1;
    if (seen.interval === 3) {
      clearInterval(interval);
      cb(null, seen);
    }
  }, 2);
};
