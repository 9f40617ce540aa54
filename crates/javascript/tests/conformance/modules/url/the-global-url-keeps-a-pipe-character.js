//: expect: completed {"href": "https://api.example.com/users/auth0|1?a=b+c&d=1", "host": "api.example.com", "port": "", "a": "b c"}
module.exports = (user, context, cb) => {
  const url = new URL('/users/auth0|1?a=b+c', 'https://API.example.com:443');
  url.searchParams.append('d', 1);
  cb(null, { href: url.href, host: url.host, port: url.port, a: url.searchParams.get('a') });
};
