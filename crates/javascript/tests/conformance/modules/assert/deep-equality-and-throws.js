//: expect: completed ["loose", "strict differs", "throws"]
module.exports = (user, context, cb) => {
  const assert = require('assert');
  const seen = [];
  assert.deepEqual({ a: [1, { b: 2 }] }, { a: [1, { b: '2' }] });
  seen.push('loose');
  assert.throws(() => assert.deepStrictEqual({ a: 1 }, { a: '1' }), { name: 'AssertionError' });
  seen.push('strict differs');
  assert.throws(() => JSON.parse('{'), SyntaxError);
  seen.push('throws');
  cb(null, seen);
};
