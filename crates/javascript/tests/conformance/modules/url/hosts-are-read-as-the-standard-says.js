//: expect: completed ["xn--bcher-kva.example", "127.0.0.1", "[::1]", "Invalid URL"]
module.exports = (user, context, cb) => {
  const hosts = ['http://Bücher.example/', 'http://0x7f.1/', 'http://[0:0:0:0:0:0:0:1]/', 'http://a b/'].map((text) => {
    try {
      return new URL(text).hostname;
    } catch (error) {
      return error.message;
    }
  });
  cb(null, hosts);
};
