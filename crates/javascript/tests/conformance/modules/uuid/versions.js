//: expect: completed [true, "fdda765f-fc57-5604-a269-52a7df8164ec", "13814000-1dd2-11b2-8001-010203040506", true]
module.exports = (user, context, cb) => {
  const uuid = require('uuid');
  const v4 = require('uuid/v4');
  cb(null, [
    uuid.validate(v4()) && uuid.version(v4()) === 4,
    uuid.v5('hello.example.com', uuid.v5.DNS),
    uuid.v1({ msecs: 0, nsecs: 0, clockseq: 1, node: [1, 2, 3, 4, 5, 6] }),
    uuid.validate(uuid()),
  ]);
};
