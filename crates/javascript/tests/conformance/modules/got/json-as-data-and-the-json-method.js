//: answer: 200 {"body": "{\"ok\":true}"}
//: expect: completed {"ok": true}
//: expect request: POST https://api.example.com/a?q=1
//: expect header: content-type: application/json
//: expect body: {"a":1}
module.exports = () =>
  require('got')
    .post('https://api.example.com/a', { json: { a: 1 }, searchParams: { q: 1 } })
    .json();
