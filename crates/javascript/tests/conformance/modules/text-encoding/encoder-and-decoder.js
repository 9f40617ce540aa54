//: expect: completed [[226, 130, 172], "€", "�", "TypeError"]
module.exports = (user, context, cb) => {
  let fatal;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255]));
  } catch (error) {
    fatal = error.name;
  }
  cb(null, [
    Array.from(new TextEncoder().encode('€')),
    new TextDecoder().decode(new Uint8Array([226, 130, 172])),
    new TextDecoder().decode(new Uint8Array([255])),
    fatal,
  ]);
};
