//: expect: completed {"path": "/a%7Cb?x=1", "query": {"x": "1"}, "auth": "u:p", "port": "8080", "formatted": "https://api.example.com/p?a=1&b=2", "resolved": "https://api.example.com/c"}
module.exports = (user, context, cb) => {
  const url = require('url');
  const parsed = url.parse('http://u:p@Example.com:8080/a|b?x=1#h', true);
  cb(null, {
    path: parsed.path,
    query: parsed.query,
    auth: parsed.auth,
    port: parsed.port,
    formatted: url.format({ protocol: 'https', host: 'api.example.com', pathname: 'p', query: { a: 1, b: 2 } }),
    resolved: url.resolve('https://api.example.com/a/b', '../c'),
  });
};
