//: answer: 401 {"body": "{\"errors\":[{\"message\":\"The provided authorization grant is invalid\"}]}"}
//: expect: failed Error: The provided authorization grant is invalid
//: expect request: POST https://api.sendgrid.com/v3/mail/send
module.exports = function (user, context, cb) {
  require('request').post({ url: 'https://api.sendgrid.com/v3/mail/send', json: { a: 1 } }, function (err, resp, body) {
    cb(err || new Error(body.errors[0].message));
  });
};
