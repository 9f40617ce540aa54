//: expect: completed [[2, 4], 3, "filtered", {"a": 1}]
module.exports = async () => {
  const Promise = require('bluebird');
  const read = Promise.promisify((value, callback) => callback(null, value));
  return [
    await Promise.map([1, 2], (n) => n * 2),
    await read(3),
    await Promise.reject(new TypeError('x'))
      .catch(RangeError, () => 'wrong')
      .catch(TypeError, () => 'filtered'),
    await Promise.props({ a: Promise.delay(1, 1) }),
  ];
};
