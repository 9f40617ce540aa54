//: answer: 200 {"body": "ok"}
//: expect: completed
//: expect request: POST https://hooks.example.com/x
//: expect body: payload=%7B%22username%22%3A%22Robot%22%2C%22text%22%3A%22hi%22%2C%22icon_emoji%22%3A%22%3Abell%3A%22%7D
module.exports = (user, context, cb) => {
  require('slack-notify')('https://hooks.example.com/x').send('hi', (error) => cb(error));
};
