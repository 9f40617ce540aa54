//: expect: failed Error: axios: the option `proxy` is not supported by Hookbox; leave it out or set it to false (the operator sets the proxy)
module.exports = (user, context, cb) => {
  require('axios')
    .get('https://api.example.com/a', { proxy: { host: 'proxy.example.com', port: 3128 } })
    .then(() => cb(), cb);
};
