//: answer: 200 {"body": "text"}
//: expect: completed ["text", "end"]
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  const seen = [];
  require('https').get('https://api.example.com/a', (response) => {
    response.once('data', (chunk) => seen.push(String(chunk)));
    response.once('end', () => cb(null, seen.concat('end')));
  });
};
