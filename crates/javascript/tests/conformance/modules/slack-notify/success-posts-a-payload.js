//: answer: 200 {"body": "ok"}
//: expect: completed
//: expect request: POST https://hooks.example.com/services/T/B/x
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: payload=%7B%22username%22%3A%22Hoorah%22%2C%22text%22%3A%22changed%22%2C%22icon_emoji%22%3A%22%3Atrophy%3A%22%2C%22channel%22%3A%22%23a%22%2C%22attachments%22%3A%5B%7B%22fallback%22%3A%22Alert%20details%22%2C%22fields%22%3A%5B%7B%22title%22%3A%22User%22%2C%22value%22%3A%22ada%22%2C%22short%22%3Atrue%7D%5D%7D%5D%7D
module.exports = (user, context, cb) => {
  const slack = require('slack-notify')('https://hooks.example.com/services/T/B/x');
  slack.success({ text: 'changed', channel: '#a', fields: { User: 'ada' } });
  // The documented sample does not wait.
  cb();
};
