//: answer: 302 {"headers": {"location": ["/b"]}}
//: answer: 301 {"headers": {"location": ["https://other.example.com/c"]}}
//: answer: 200 {"body": "there"}
//: expect: completed {"body": "there", "at": "https://other.example.com/c"}
//: expect request: GET https://api.example.com/a
//: expect header: authorization: Bearer x
//: expect request: GET https://api.example.com/b
//: expect header: authorization: Bearer x
//: expect request: GET https://other.example.com/c
//: expect no header: authorization
//: expect header: x-mine: 1
module.exports = (user, context, cb) => {
  const headers = { Authorization: 'Bearer x', 'X-Mine': '1' };
  require('request')({ url: 'https://api.example.com/a', headers }, (error, response, body) =>
    cb(error, { body, at: response.request.uri.href })
  );
};
