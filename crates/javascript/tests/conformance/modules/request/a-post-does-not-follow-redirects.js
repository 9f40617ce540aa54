//: answer: 302 {"headers": {"location": ["/b"]}}
//: expect: completed 302
//: expect request: POST https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request').post('https://api.example.com/a', { json: {} }, (error, response) =>
    cb(error, response.statusCode)
  );
};
