//: expect: completed
//: expect log: info outer
//: expect log: info   inner
//: expect log: info   default: 1
//: expect log: info   default: 2
//: expect log: info t: …
//: expect log: warn No such label 't' for console.timeEnd()
module.exports = function (user, context, cb) {
  console.group('outer');
  console.log('inner');
  console.count();
  console.count();
  console.groupEnd();
  console.time('t');
  console.timeEnd('t');
  console.timeEnd('t');
  cb();
};
