//: answer: 200 {"headers": {"x-id": ["7"]}, "body": "ok"}
//: expect: completed
//: expect log: info IncomingMessage {\n  statusCode: 200,\n  statusMessage: 'OK',\n  headers: { 'x-id': '7' },\n  body: 'ok',…
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request')('https://api.example.com/a', (error, response) => {
    console.log(response);
    cb(error);
  });
};
