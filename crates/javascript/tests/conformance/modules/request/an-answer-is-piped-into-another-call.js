//: answer GET https://a.example.com/: 200 {"headers": {"content-type": ["text/plain"], "x-from": ["a"]}, "body": "the body"}
//: answer PUT https://b.example.com/: 201 {"body": "done"}
//: expect: completed [201, "done"]
//: expect request: GET https://a.example.com/
//: expect request: PUT https://b.example.com/
//: expect header: content-type: text/plain
//: expect header: x-from: a
//: expect body: the body
module.exports = (user, context, cb) => {
  const request = require('request');
  request
    .get('https://a.example.com/')
    .pipe(request.put('https://b.example.com/', (error, response, body) => cb(error, [response.statusCode, body])));
};
