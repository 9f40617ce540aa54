//: answer: 301 {"headers": {"location": ["https://api.example.com/b"]}}
//: expect: completed [301, "https://api.example.com/b"]
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('https').get('https://api.example.com/a', (res) => cb(null, [res.statusCode, res.headers.location]));
};
