//: answer: 200 {"body": "{\"a\":[1]}"}
//: expect: completed {"a": [1]}
//: expect request: GET https://api.example.com/a
//: expect header: accept: application/json
//: expect no header: content-type
module.exports = (user, context, cb) => {
  require('request').get('https://api.example.com/a', { json: true }, (error, response, body) => cb(error, body));
};
