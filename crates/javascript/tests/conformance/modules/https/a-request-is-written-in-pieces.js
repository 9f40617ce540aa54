//: answer: 202 {"headers": {"content-type": ["application/json"]}, "body": "{\"id\":\"é\"}"}
//: expect: completed {"status": 202, "type": "application/json", "body": {"id": "é"}}
//: expect request: POST https://api.example.com/v1/mail
//: expect header: content-type: application/json
//: expect header: x-key: k
//: expect body: {"a":1}
module.exports = (user, context, cb) => {
  const https = require('https');
  const options = {
    hostname: 'api.example.com',
    port: 443,
    path: '/v1/mail',
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength('{"a":1}') },
  };
  const req = https.request(options, (res) => {
    let data = '';
    res.setEncoding('utf8');
    res.on('data', (chunk) => {
      data += chunk;
    });
    res.on('end', () =>
      cb(null, { status: res.statusCode, type: res.headers['content-type'], body: JSON.parse(data) })
    );
  });
  req.on('error', cb);
  req.setHeader('X-Key', 'k');
  req.write('{"a"');
  req.write(':1}');
  req.end();
};
