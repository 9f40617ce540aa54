//: expect: completed ["[ 1, 2, ... 2 more items ]", "'abc'... 3 more characters", "{ a: 2, b: 1 }", "Set(3) { 3, ... 2 more items }", "{ a: \u001b[33m1\u001b[39m, b: \u001b[32m'x'\u001b[39m, c: \u001b[1mnull\u001b[22m }", "{\n  a: {\n    b: 1\n  }\n}"]
module.exports = async () => {
  const { inspect } = require('util');
  return [
    inspect([1, 2, 3, 4], { maxArrayLength: 2 }),
    inspect('abcdef', { maxStringLength: 3 }),
    inspect({ b: 1, a: 2 }, { sorted: true }),
    inspect(new Set([3, 1, 2]), { maxArrayLength: 1 }),
    inspect({ a: 1, b: 'x', c: null }, { colors: true }),
    inspect({ a: { b: 1 } }, { compact: false }),
  ];
};
