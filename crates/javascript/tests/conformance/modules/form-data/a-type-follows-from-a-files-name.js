//: expect: completed {"a.JSON": "application/json", "p.png": "image/png", "dir/t.csv": "text/csv", "x.unknown": "application/octet-stream", "txt": "text/plain", "said.png": "text/plain", "text.unknown": null, "text.pdf": "application/pdf"}
module.exports = (user, context, cb) => {
  const FormData = require('form-data');
  const types = {};
  const add = (filename, value, options) => {
    const form = new FormData();
    form.append('file', value, { filename, ...options });
    const type = /Content-Type: (.*)\r\n/.exec(form.getBuffer().toString());
    types[filename] = type && type[1];
  };
  for (const name of ['a.JSON', 'p.png', 'dir/t.csv', 'x.unknown', 'txt']) add(name, Buffer.from('x'));
  add('said.png', Buffer.from('x'), { contentType: 'text/plain' });
  add('text.unknown', 'x');
  add('text.pdf', 'x');
  cb(null, types);
};
