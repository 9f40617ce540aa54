//: answer: 201 {"headers": {"x-id": ["7"]}, "body": "{\"ok\":true}"}
//: expect: completed {"status": 201, "data": {"ok": true}, "text": "Created", "id": "7"}
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/json
//: expect header: accept: application/json, text/plain, */*
//: expect body: {"a":1}
module.exports = (user, context, cb) => {
  const axios = require('axios');
  axios
    .post('https://api.example.com/a', { a: 1 })
    .then((response) =>
      cb(null, {
        status: response.status,
        data: response.data,
        text: response.statusText,
        id: response.headers['x-id'],
      })
    )
    .catch(cb);
};
