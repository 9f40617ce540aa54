//: answer: 200 {"body": "hello"}
//: answer: 200 {"body": "again"}
//: answer: 204
//: expect: completed {"text": "hello", "used": true, "piped": "again", "none": null, "again": "Body is unusable: Body has already been read"}
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
//: expect request: GET https://api.example.com/3
module.exports = async () => {
  const fetch = require('node-fetch');
  const { PassThrough } = require('stream');
  const first = await fetch('https://api.example.com/1');
  const text = await new Promise((resolve, reject) => {
    let all = '';
    first.body.on('data', (chunk) => (all += chunk));
    first.body.on('end', () => resolve(all));
    first.body.on('error', reject);
  });
  const second = await fetch('https://api.example.com/2');
  let piped = '';
  for await (const chunk of second.body.pipe(new PassThrough())) piped += chunk;
  const none = (await fetch('https://api.example.com/3')).body;
  const again = await first.text().catch((error) => error.message);
  return { text, used: first.bodyUsed, piped, none, again };
};
