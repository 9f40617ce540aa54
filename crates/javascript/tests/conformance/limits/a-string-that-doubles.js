//: limit: memory_bytes 33554432
//: expect: out_of_memory
module.exports = function (user, context, cb) {
  let text = 'x';
  for (;;) {
    text += text;
    text.charCodeAt(0);
  }
};
