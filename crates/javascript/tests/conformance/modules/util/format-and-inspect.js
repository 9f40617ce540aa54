//: expect: completed ["a 1 {\"b\":2}", "{ a: [ 1, 2 ], b: 'x' }"]
module.exports = (user, context, cb) => {
  const util = require('util');
  cb(null, [util.format('%s %d %j', 'a', 1, { b: 2 }), util.inspect({ a: [1, 2], b: 'x' })]);
};
