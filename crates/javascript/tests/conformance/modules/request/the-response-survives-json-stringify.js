//: answer: 201 {"headers": {"x-id": ["7"]}, "body": "{\"a\":1}"}
//: expect: completed {"keys": ["statusCode", "body", "headers", "request"], "status": 201, "body": {"a": 1}, "id": "7", "method": "POST", "host": "api.example.com"}
//: expect request: POST https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request').post('https://api.example.com/a', { json: { b: 2 } }, (error, response) => {
    const copy = JSON.parse(JSON.stringify(response));
    cb(null, {
      keys: Object.keys(copy),
      status: copy.statusCode,
      body: copy.body,
      id: copy.headers['x-id'],
      method: copy.request.method,
      host: copy.request.uri.host,
    });
  });
};
