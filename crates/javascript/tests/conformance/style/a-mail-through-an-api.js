//: secrets: {"MAIL_API_KEY": "key-1"}
//: input: {"user": {"id": "u1", "email": "ada@example.com", "username": "ada"}, "context": {"connection": {"id": "c1", "name": "Customers", "tenant": "example"}, "webtask": {}}}
//: answer: 202
//: expect: completed
//: expect request: POST https://mail.example.com/v3/send
//: expect header: authorization: Bearer key-1
//: expect header: content-type: application/json
//: expect body: {"to":[{"email":"ada@example.com"}],"subject":"Password changed","text":"Your password for Customers was changed."}
module.exports = function (user, context, cb) {

  const request = require('request');
  const apiKey = context.webtask.secrets.MAIL_API_KEY;

  request.post({
    url: 'https://mail.example.com/v3/send',
    headers: {
      'Authorization': 'Bearer ' + apiKey
    },
    json: {
      to: [{ email: user.email }],
      subject: 'Password changed',
      text: 'Your password for ' + context.connection.name + ' was changed.'
    }
  }, function (err, resp, body) {
    if (err || resp.statusCode !== 202) {
      return cb(err || new Error(body.errors[0].message));
    }

    cb();
  });
};
