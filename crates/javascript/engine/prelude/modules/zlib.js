'use strict';

// `zlib` is not built in. It loads, so that a script that only requires it runs; its functions say what to do.
const { unsupported } = require('internal/coded-error');

const NAMES = [
  'gzip',
  'gzipSync',
  'gunzip',
  'gunzipSync',
  'deflate',
  'deflateSync',
  'inflate',
  'inflateSync',
  'deflateRaw',
  'deflateRawSync',
  'inflateRaw',
  'inflateRawSync',
  'unzip',
  'unzipSync',
  'brotliCompress',
  'brotliCompressSync',
  'brotliDecompress',
  'brotliDecompressSync',
  'createGzip',
  'createGunzip',
  'createDeflate',
  'createInflate',
  'createUnzip',
  'createBrotliCompress',
  'createBrotliDecompress',
];

for (const name of NAMES) {
  exports[name] = function () {
    throw unsupported(
      'zlib.' + name,
      'answers of HTTP calls are decompressed already; for anything else bundle a package such as pako with `hookbox build`'
    );
  };
}
