//: answer: 200 {"headers": {"content-type": ["application/json"]}, "body": "{\"b\":2}"}
//: expect: completed [200, true, {"b": 2}]
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/json
//: expect header: authorization: Bearer t
//: expect body: {"a":1}
module.exports = (user, context, cb) => {
  const unirest = require('unirest');
  unirest
    .post('https://api.example.com/a')
    .headers({ 'Content-Type': 'application/json', Authorization: 'Bearer t' })
    .send({ a: 1 })
    .end((response) => cb(response.error, [response.status, response.ok, response.body]));
};
