//: answer: 302 {"headers": {"location": ["/b"]}}
//: expect: completed "/b"
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com/a', followRedirect: false }, (error, response) =>
    cb(error, response.headers.location)
  );
};
