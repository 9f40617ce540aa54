//: answer: 200 {"body": "ok"}
//: expect: completed [false, "finish", true, "response", "data ok", "end", "request closed", "response closed"]
//: expect request: POST https://api.example.com/
module.exports = (user, context, cb) => {
  const seen = [];
  const call = require('https').request('https://api.example.com/', { method: 'POST' }, (response) => {
    seen.push('response');
    response.on('data', (chunk) => seen.push('data ' + chunk));
    response.on('end', () => seen.push('end'));
    response.on('close', () => cb(null, [...seen, 'response closed']));
  });
  call.on('close', () => seen.push('request closed'));
  call.on('finish', () => seen.push('finish', call.headersSent));
  seen.push(call.headersSent);
  call.end('body');
};
