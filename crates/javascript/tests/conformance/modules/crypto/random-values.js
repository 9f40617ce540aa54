//: expect: completed [16, true, true, true, true]
module.exports = (user, context, cb) => {
  const nodeCrypto = require('crypto');
  const draw = nodeCrypto.randomInt(10, 12);
  nodeCrypto.randomBytes(16, (error, bytes) => {
    cb(error, [
      bytes.length,
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(nodeCrypto.randomUUID()),
      nodeCrypto.randomBytes(8).toString('hex') !== nodeCrypto.randomBytes(8).toString('hex'),
      draw === 10 || draw === 11,
      crypto.getRandomValues(new Uint8Array(32)).some((byte) => byte !== 0),
    ]);
  });
};
