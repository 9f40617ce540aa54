//: expect: completed [["a", "b"], "a", ["c", "d"], "operational", "thrown", 8, true]
module.exports = async () => {
  const Promise = require('bluebird');
  const both = (callback) => callback(null, 'a', 'b');
  const failing = (callback) => callback(new Error('from a callback'));
  const library = { base: 1, add: (n, callback) => callback(null, n + 1), Client: class {} };
  library.Client.prototype.ask = function (callback) {
    callback(null, this instanceof library.Client);
  };
  Promise.promisifyAll(library, { suffix: 'Later' });
  return [
    await Promise.promisify(both, { multiArgs: true })(),
    await Promise.promisify(both)(),
    await Promise.fromCallback((callback) => callback(null, 'c', 'd'), { multiArgs: true }),
    await Promise.promisify(failing)().error(() => 'operational'),
    await Promise.reject(new Error('x')).error(() => 'operational').catch(() => 'thrown'),
    await library.addLater(7),
    await new library.Client().askLater(),
  ];
};
