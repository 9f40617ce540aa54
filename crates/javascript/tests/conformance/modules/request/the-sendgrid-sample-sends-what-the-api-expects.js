//: input: {"user": {"email": "ada@example.com"}, "context": {"connection": {"id": "con_1", "name": "Users", "tenant": "acme"}}}
//: secrets: {"SENDGRID_API_KEY": "SG.key"}
//: answer: 202
//: expect: completed
//: expect request: POST https://api.sendgrid.com/v3/mail/send
//: expect header: authorization: Bearer SG.key
//: expect header: content-type: application/json
//: expect header: accept: application/json
//: expect body: {"personalizations":[{"to":[{"email":"ada@example.com"}]}],"from":{"email":"admin@example.com"},"subject":"Your password was changed","content":[{"type":"text/plain","value":"The password for your Users account ada@example.com was recently changed."}]}
module.exports = function (user, context, cb) {
  const request = require('request');
  const sendgridApiKey = context.webtask.secrets.SENDGRID_API_KEY;
  request.post(
    {
      url: 'https://api.sendgrid.com/v3/mail/send',
      headers: { Authorization: 'Bearer ' + sendgridApiKey },
      json: {
        personalizations: [{ to: [{ email: user.email }] }],
        from: { email: 'admin@example.com' },
        subject: 'Your password was changed',
        content: [
          {
            type: 'text/plain',
            value:
              'The password for your ' + context.connection.name + ' account ' + user.email + ' was recently changed.',
          },
        ],
      },
    },
    function (err, resp, body) {
      if (err || resp.statusCode !== 202) {
        return cb(err || new Error(body.errors[0].message));
      }
      cb();
    }
  );
};
