//: answer: 200 {"body": "abc"}
//: expect: completed "abc"
//: expect request: GET https://api.example.com/a?b=1
module.exports = (user, context, cb) => {
  require('https').get('https://api.example.com/a?b=1', (res) => {
    const chunks = [];
    res.on('data', (chunk) => chunks.push(chunk)).on('end', () => cb(null, Buffer.concat(chunks).toString()));
  });
};
