//: expect: completed [true, true, true, true, true, true, true]
module.exports = (user, context, cb) => {
  const { Readable, Writable, Duplex, Transform, PassThrough } = require('stream');
  const duplex = Duplex({ read() {}, write() {} });
  cb(null, [
    Readable({ read() {} }) instanceof Readable,
    Writable({ write() {} }) instanceof Writable,
    Transform({ transform() {} }) instanceof Transform,
    PassThrough() instanceof Transform,
    duplex instanceof Writable,
    duplex instanceof Readable,
    !(Readable() instanceof Writable),
  ]);
};
