//: answer: 404 {"body": "no_service"}
//: expect: failed Error: no_service
//: expect request: POST https://hooks.example.com/services/T/B/x
module.exports = (user, context, cb) => {
  require('slack-notify')('https://hooks.example.com/services/T/B/x').note('changed', cb);
};
