//: limit: memory_bytes 16777216
//: expect: completed "caught: out of memory"
module.exports = function (user, context, cb) {
  try {
    new Uint8Array(100 << 20);
  } catch (error) {
    cb(null, `caught: ${error.message}`);
  }
};
