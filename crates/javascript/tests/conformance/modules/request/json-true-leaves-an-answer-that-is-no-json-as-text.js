//: answer: 502 {"body": "<h1>Bad Gateway</h1>"}
//: expect: completed "<h1>Bad Gateway</h1>"
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request').get({ url: 'https://api.example.com/a', json: true }, (error, response, body) => cb(error, body));
};
