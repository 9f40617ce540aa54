//: answer: 200 {"headers": {"content-type": ["application/json; charset=utf-8"]}, "body": "{\"b\":2}"}
//: expect: completed {"b": 2}
//: expect request: POST https://api.example.com/a?q=1
//: expect header: content-type: application/json
//: expect header: x-a: 1
//: expect body: {"a":1,"c":3}
module.exports = (user, context, cb) => {
  require('superagent')
    .post('https://api.example.com/a')
    .query({ q: 1 })
    .set('X-A', '1')
    .send({ a: 1 })
    .send({ c: 3 })
    .end((error, response) => cb(error, response.body));
};
