//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect body: "{\"a\":1}"
module.exports = (user, context, cb) => {
  require('request').post({ url: 'https://api.example.com/a', json: true, body: JSON.stringify({ a: 1 }) }, (error) =>
    cb(error)
  );
};
