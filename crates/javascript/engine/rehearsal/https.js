const https = require('https');

module.exports = function (user, context, cb) {
  const options = { hostname: 'api.example.com', path: '/v3/mail', method: 'POST', headers: { Accept: 'application/json' } };
  const call = https.request(options, (response) => {
    let text = '';
    response.on('data', (chunk) => (text += chunk));
    response.on('end', () => cb(null, JSON.parse(text)));
  });
  call.on('error', cb);
  call.end(JSON.stringify({ email: user.email }));
};
