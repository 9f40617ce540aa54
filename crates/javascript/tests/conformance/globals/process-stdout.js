//: expect: completed
//: expect log: info one line
//: expect log: error and another
module.exports = function (user, context, cb) {
  process.stdout.write('one ');
  process.stdout.write('line\n');
  process.stderr.write('and another\n');
  cb();
};
