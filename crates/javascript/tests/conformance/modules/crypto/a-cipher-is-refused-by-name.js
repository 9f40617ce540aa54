//: expect: failed Error: crypto.createCipheriv is not supported by Hookbox; hashes, HMAC, pbkdf2 and random values are built in; for the rest bundle a JavaScript implementation with `hookbox build`
module.exports = (user, context, cb) => {
  require('crypto').createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16));
};
