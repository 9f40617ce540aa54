//: expect: completed ["a=b%20c&d=1&d=2&e=", {"x": ["1", "2"], "y": "a b"}]
module.exports = (user, context, cb) => {
  const querystring = require('querystring');
  cb(null, [querystring.stringify({ a: 'b c', d: [1, 2], e: null }), querystring.parse('x=1&x=2&y=a+b')]);
};
