//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/json
//: expect no header: accept
//: expect body: {"a": 1}
module.exports = (user, context, cb) => {
  const headers = { 'Content-Type': 'application/json' };
  require('request')({ method: 'POST', url: 'https://api.example.com/a', headers, body: '{"a": 1}' }, (error) =>
    cb(error)
  );
};
