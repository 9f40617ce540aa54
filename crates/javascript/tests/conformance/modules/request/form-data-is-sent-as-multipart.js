//: answer: 200
//: expect: completed {"type": true, "fields": true, "file": true}
//: expect request: POST https://api.example.com/a
module.exports = (user, context, cb) => {
  const formData = {
    name: 'Ada',
    file: { value: Buffer.from('abc'), options: { filename: 'a.txt', contentType: 'text/plain' } },
  };
  const call = require('request').post({ url: 'https://api.example.com/a', formData }, (error) => {
    const body = String(call.body);
    const boundary = /boundary=(.+)$/.exec(call.headers['content-type'])[1];
    cb(error, {
      type: /^multipart\/form-data; boundary=/.test(call.headers['content-type']),
      fields: body.includes('--' + boundary + '\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n'),
      file: body.includes(
        'name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nabc\r\n--' + boundary + '--\r\n'
      ),
    });
  });
};
