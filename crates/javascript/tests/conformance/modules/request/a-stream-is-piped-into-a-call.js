//: answer: 200
//: answer: 200
//: answer: 200 {"body": "one"}
//: expect: completed ["one"]
//: expect request: POST https://api.example.com/1
//: expect header: X-Own: 1
//: expect body: ab
//: expect request: POST https://api.example.com/2
//: expect body: from a response
//: expect request: GET https://api.example.com/3
module.exports = (user, context, cb) => {
  const request = require('request');
  const { Readable, PassThrough } = require('stream');
  Readable.from(['a', 'b']).pipe(
    request.post({ url: 'https://api.example.com/1', headers: { 'X-Own': 1 } }, () => {
      const later = new PassThrough();
      later.pipe(request.post('https://api.example.com/2', third));
      setTimeout(() => later.end('from a response'), 1);
    })
  );
  function third() {
    const seen = [];
    const target = new PassThrough();
    target.on('data', (chunk) => seen.push(String(chunk))).on('end', () => cb(null, seen));
    request('https://api.example.com/3').pipe(target);
  }
};
