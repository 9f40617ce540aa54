//: expect: completed
//: expect log: info [\n  1, 2, 3, 4,  5,\n  6, 7, 8, 9, 10\n]
//: expect log: info [\n  1.5, -2, 300.25,\n    4,  5,      6,\n    7,  8\n]
//: expect log: info {\n  words: [\n    'item0', 'item1',\n    'item2', 'item3',\n    'item4', 'item5',\n    'item6'\n  ]\n}
//: expect log: info [\n  [ 'a', 1 ],\n  [ 'b', 2 ],\n  [ 'c', 3 ],\n  [ 'd', 4 ],\n  [ 'e', 5 ],\n  [ 'f', 6 ],\n  [ 'g', 7 ]\n]
//: expect log: info 12 lines, then   ... 20 more items
//: expect log: info {\n  s: 'line one is long enough|' +\n    'line two is also long enough to be over eighty characters|'\n}
module.exports = (user, context, cb) => {
  const { inspect } = require('util');
  console.log([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  console.log([1.5, -2, 300.25, 4, 5, 6, 7, 8]);
  console.log({ words: Array.from({ length: 7 }, (_, i) => `item${i}`) });
  console.log([['a', 1], ['b', 2], ['c', 3], ['d', 4], ['e', 5], ['f', 6], ['g', 7]]);
  const lines = inspect(Array.from({ length: 120 }, (_, i) => i * 37)).split('\n');
  console.log(`${lines.length - 1} lines, then ${lines[lines.length - 2]}`);
  const text = { s: 'line one is long enough\nline two is also long enough to be over eighty characters\n' };
  console.log(inspect(text).replaceAll('\\n', '|'));
  cb();
};
