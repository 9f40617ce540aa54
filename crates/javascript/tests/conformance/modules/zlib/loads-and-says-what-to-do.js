//: expect: failed Error: zlib.gzipSync is not supported by Hookbox; answers of HTTP calls are decompressed already; for anything else bundle a package such as pako with `hookbox build`
module.exports = () => {
  require('zlib').gzipSync('x');
};
