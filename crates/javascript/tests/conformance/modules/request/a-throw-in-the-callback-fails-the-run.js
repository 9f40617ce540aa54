//: answer: 500 {"body": "{}"}
//: expect: failed TypeError: …
//: expect stack: hook.js:8:
//: expect request: POST https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request').post('https://api.example.com/a', { json: {} }, (error, response, body) => {
    // The answer has no `errors`.
    cb(new Error(body.errors[0].message));
  });
};
