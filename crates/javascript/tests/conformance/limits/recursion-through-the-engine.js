//: expect: completed ["RangeError","RangeError","RangeError","RangeError","RangeError"]
module.exports = function (user, context, cb) {
  const name = (f) => {
    try {
      f();
      return 'nothing';
    } catch (error) {
      return error.name;
    }
  };
  const getter = { get x() { return this.x; } };
  const sort = () => [2, 1].sort(sort);
  const text = { toString: () => '' + text };
  const json = { toJSON: () => JSON.stringify(json) };
  const replace = () => 'a'.replace(/a/, replace);
  cb(null, [() => getter.x, sort, () => String(text), () => JSON.stringify(json), replace].map(name));
};
