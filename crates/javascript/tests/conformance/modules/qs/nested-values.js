//: expect: completed ["a%5Bb%5D=1&c%5B0%5D=2", {"a": {"b": "1"}, "c": ["2"]}]
module.exports = (user, context, cb) => {
  const qs = require('qs');
  cb(null, [qs.stringify({ a: { b: 1 }, c: [2] }), qs.parse('a[b]=1&c[]=2')]);
};
