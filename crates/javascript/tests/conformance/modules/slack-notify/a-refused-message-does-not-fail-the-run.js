//: answer: 404 {"body": "no_service"}
//: expect: completed
//: expect log: error slack-notify: no_service
//: expect request: POST https://hooks.example.com/services/T/B/x
module.exports = (user, context, cb) => {
  require('slack-notify')('https://hooks.example.com/services/T/B/x').alert('changed');
  cb();
};
