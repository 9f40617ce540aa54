//: answer: 302 {"headers": {"location": ["/b"]}}
//: answer: 200
//: expect: completed 200
//: expect request: POST https://api.example.com/a
//: expect request: GET https://api.example.com/b
//: expect no header: content-type
module.exports = (user, context, cb) => {
  require('request').post(
    { url: 'https://api.example.com/a', json: { a: 1 }, followAllRedirects: true },
    (error, response) => cb(error, response.statusCode)
  );
};
