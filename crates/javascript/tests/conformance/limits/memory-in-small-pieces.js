//: limit: memory_bytes 16777216
//: limit: cpu_ms 5000
//: expect: out_of_memory
module.exports = function (user, context, cb) {
  const all = [];
  for (let i = 0; ; i++) all.push({ i, text: 'x' + i });
};
