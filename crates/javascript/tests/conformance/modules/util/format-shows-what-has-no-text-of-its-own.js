//: expect: completed ["1970-01-01T00:00:00.000Z { a: [Object] } [ 1 ]", "mine own a http://a.example/", "true true", "mine", "[Object: null prototype] {} -0 5n Map(1) { 1 => 2 }"]
module.exports = async () => {
  const { format } = require('util');
  class Named {
    toString() {
      return 'mine';
    }
  }
  class Plain extends Error {}
  class Speaking extends Error {
    toString() {
      return 'mine';
    }
  }
  const own = { toString: () => 'own' };
  return [
    format('%s %s %s', new Date(0), { a: { b: { c: 1 } } }, [1]),
    format('%s %s %s %s', new Named(), own, Buffer.from('a'), new URL('http://a.example')),
    format('%s %s', ...[new Error('x'), new Plain('y')].map((error) => format('%s', error).includes('\n    at '))),
    format('%s', new Speaking('z')),
    format('%s %s %s %s', Object.create(null), -0, 5n, new Map([[1, 2]])),
  ];
};
