//: answer: 200 {"body": "ok"}
//: expect: completed
//: expect request: POST https://hooks.example.com/x
module.exports = function (user, context, cb) {
  var slack = require('slack-notify')(context.webtask.secrets.SLACK_HOOK || 'https://hooks.example.com/x');
  var message = 'Password changed for ' + user.email;
  slack.success({ text: message, channel: '#some_channel', fields: { 'User id': user.id } });
  cb(null);
};
