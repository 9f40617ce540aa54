//: answer: 200
//: expect: completed [true, true]
//: expect request: POST https://api.example.com/a
module.exports = async () => {
  const FormData = require('form-data');
  const form = new FormData();
  form.append('name', 'Ada');
  form.append('file', Buffer.from('abc'), { filename: 'a.txt' });
  const { config } = await require('axios').post('https://api.example.com/a', form, { headers: form.getHeaders() });
  const body = String(config.data);
  const boundary = form.getBoundary();
  return [
    body.startsWith('--' + boundary + '\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n'),
    body.endsWith('filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nabc\r\n--' + boundary + '--\r\n'),
  ];
};
