//: expect: completed [258, "0000803f", true, "bc", -1]
module.exports = (user, context, cb) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(1, 0);
  cb(null, [
    Buffer.from([1, 2]).readUInt16BE(0),
    bytes.toString('hex'),
    Buffer.from('a').equals(Buffer.from('a')),
    Buffer.from('abc').slice(1).toString(),
    Buffer.from([255]).readInt8(),
  ]);
};
