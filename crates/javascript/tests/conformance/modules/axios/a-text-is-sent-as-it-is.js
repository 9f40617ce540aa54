//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: a=1&b=2
module.exports = (user, context, cb) => {
  require('axios')
    .post('https://api.example.com/a', require('querystring').stringify({ a: 1, b: 2 }))
    .then(() => cb(), cb);
};
