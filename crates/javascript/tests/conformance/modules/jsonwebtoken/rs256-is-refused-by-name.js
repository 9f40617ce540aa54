//: expect: failed Error: jsonwebtoken: the algorithm RS256 is not supported by Hookbox; HS256, HS384 and HS512 are built in; bundle `jsrsasign` or `jose` with `hookbox build` for the others
module.exports = () => {
  require('jsonwebtoken').sign({}, 'key', { algorithm: 'RS256' });
};
