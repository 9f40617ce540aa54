//: expect: completed
//: expect log: info a 1 2.5 {"x":1} [ 1, 'two', [length]: 2 ] % rest { more: true }
//: expect log: info 100% %d
//: expect log: info text 5 null undefined true 10n Symbol(s) -0
//: expect log: info %s
module.exports = function (user, context, cb) {
  console.log('%s %d %f %j %o %% %s', 'a', 1, '2.5', { x: 1 }, [1, 'two'], 'rest', { more: true });
  console.log('100% %d');
  console.log('text', 5, null, undefined, true, 10n, Symbol('s'), -0);
  console.log('%s');
  cb();
};
