const request = require('request');

module.exports = function (user, context, cb) {
  const mail = { to: [{ email: user.email }], subject: 'Changed', content: [{ type: 'text/plain', value: 'It changed.' }] };
  const auth = { bearer: context.webtask.secrets.API_KEY };
  request.post({ url: 'https://api.example.com/v3/mail', auth, json: mail }, (error, response, body) => {
    if (error || response.statusCode >= 400) return cb(new Error(`answered ${response && response.statusCode}: ${body}`));
    request({ method: 'GET', uri: 'https://api.example.com/users', qs: { q: user.id }, json: true }, (error) => cb(error));
  });
};
