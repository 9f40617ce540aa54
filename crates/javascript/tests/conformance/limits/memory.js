//: limit: memory_bytes 16777216
//: expect: out_of_memory
module.exports = function (user, context, cb) {
  const all = [];
  for (;;) all.push(new Uint8Array(1 << 20));
};
