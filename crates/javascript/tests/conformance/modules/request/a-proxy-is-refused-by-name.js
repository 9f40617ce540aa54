//: expect: failed Error: request: the option `proxy` is not supported by Hookbox; leave it out (the operator sets the proxy)
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com', proxy: 'http://proxy.example.com:3128' }, (error) => cb(error));
};
