//: secrets: {"MAIL_API_KEY": "wrong"}
//: answer: 401 {"headers": {"content-type": ["application/json"]}, "body": "{\"errors\":[{\"message\":\"The provided key is invalid\"}]}"}
//: expect: failed Error: The provided key is invalid
//: expect stack: hook.js:10:34
//: expect request: POST https://mail.example.com/v3/send
module.exports = function (user, context, cb) {
  const request = require('request');
  request.post({ url: 'https://mail.example.com/v3/send', headers: { Authorization: 'Bearer ' + context.webtask.secrets.MAIL_API_KEY }, json: { to: user.email } }, function (err, resp, body) {
    if (err || resp.statusCode !== 202) {
      return cb(err || new Error(body.errors[0].message));
    }
    cb();
  });
};
