//: answer: 200 {"body": "ok"}
//: expect: completed ["undefined", {"X-One": 1}, "api.example.com", "8443", "/a?b=c", "https://api.example.com:8443/a?b=c", "POST", {"X-One": "1", "content-type": "application/json", "accept": "application/json"}, "{\"d\":1}", "mine"]
//: expect request: POST https://api.example.com:8443/a?b=c
module.exports = (user, context, cb) => {
  const url = 'https://api.example.com:8443/a?b=c';
  let shown;
  const call = require('request').post({ url, json: { d: 1 }, headers: { 'X-One': 1 } }, (error, response) => {
    const { host, port, path, uri, method, headers, body } = response.request;
    call.headers = 'mine';
    cb(error, [...shown, host, port, path, uri.href, method, headers, body, call.headers]);
  });
  shown = [typeof call.uri, Object.assign({}, call.headers)];
};
