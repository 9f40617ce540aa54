//: expect: completed [[2, 3], "AggregateError: aggregate error", 4, [7, 7], 9, "else", "used x, closed, bound 7"]
module.exports = async () => {
  const Promise = require('bluebird');
  const late = Promise.delay(20, 1);
  const seen = [];
  const resource = Promise.resolve('x').disposer(() => seen.push('closed'));
  await Promise.using(resource, (given) => seen.push(`used ${given}`));
  return [
    await Promise.some([late, 2, Promise.resolve(3)], 2),
    await Promise.some([late, Promise.reject(1), Promise.reject(2)], 2).catch(String),
    await Promise.any([Promise.reject(1), 4]),
    await Promise.bind({ n: 7 }, [1])
      .then(function () {
        return [this.n];
      })
      .finally(function () {
        seen.push(`bound ${this.n}`);
      })
      .then(function (list) {
        return list.concat(this.n);
      }),
    await Promise.cast(1).thenReturn(9),
    await Promise.reject(new TypeError('x')).catchReturn(TypeError, 'else'),
    seen.join(', '),
  ];
};
