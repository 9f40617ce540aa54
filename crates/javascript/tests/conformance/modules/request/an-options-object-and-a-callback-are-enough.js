//: answer: 200 {"headers": {"content-type": ["text/plain"]}, "body": "hello"}
//: expect: completed {"error": null, "status": 200, "type": "text/plain", "body": "hello", "same": true}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request')({ uri: 'https://api.example.com/a' }, (error, response, body) => {
    cb(null, {
      error,
      status: response.statusCode,
      type: response.headers['content-type'],
      body,
      same: response.body === body,
    });
  });
};
