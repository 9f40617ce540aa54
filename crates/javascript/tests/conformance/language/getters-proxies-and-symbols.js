//: expect: completed ["get x","own","Symbol(s)"]
module.exports = function (user, context, cb) {
  const proxy = new Proxy({}, { get: (target, key) => `get ${String(key)}` });
  const symbol = Symbol('s');
  const object = { get own() { return 'own'; }, [symbol]: 1 };
  cb(null, [proxy.x, object.own, String(Object.getOwnPropertySymbols(object)[0])]);
};
