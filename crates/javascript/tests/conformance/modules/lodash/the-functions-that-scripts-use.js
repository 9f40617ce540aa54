//: expect: completed ["x", {"a": 1}, [{"n": 1}, {"n": 2}], {"a": {"b": 1, "c": 2}}, "fooBar", true]
module.exports = (user, context, cb) => {
  const _ = require('lodash');
  cb(null, [
    _.get({ a: [{ b: 'x' }] }, 'a[0].b'),
    _.pick({ a: 1, b: 2 }, 'a'),
    _.sortBy([{ n: 2 }, { n: 1 }], 'n'),
    _.merge({ a: { b: 1 } }, { a: { c: 2 } }),
    _.camelCase('foo bar'),
    _.isEmpty({}),
  ]);
};
