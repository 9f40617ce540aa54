//: expect: completed ["{}","linux",true,true,"function","set"]
module.exports = function (user, context, cb) {
  const empty = JSON.stringify(process.env);
  process.env.ADDED = 'set';
  const [seconds, nanoseconds] = process.hrtime();
  const major = Number(process.versions.node.split('.')[0]);
  cb(null, [empty, process.platform, major >= 18, seconds > 1e9 && nanoseconds < 1e9, typeof process.on, process.env.ADDED]);
};
