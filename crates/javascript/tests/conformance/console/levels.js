//: expect: completed
//: expect log: debug a
//: expect log: info b
//: expect log: info c
//: expect log: warn d
//: expect log: error e
//: expect log: error Assertion failed: f
//: expect log: debug Trace: g\n    at hook.js:17:11
module.exports = function (user, context, cb) {
  console.debug('a');
  console.log('b');
  console.info('c');
  console.warn('d');
  console.error('e');
  console.assert(false, 'f');
  console.assert(true, 'not this');
  console.trace('g');
  cb();
};
