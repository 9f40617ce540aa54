//: limit: fuel 20000000000
//: limit: cpu_ms 50
//: expect: timed_out
module.exports = function (user, context, cb) {
  for (;;) Math.sqrt(2);
};
