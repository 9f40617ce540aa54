//: answer: 200 {"body": "abc"}
//: expect: completed ["response 200", "data abc", "end", "complete"]
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  const seen = [];
  require('request')
    .get('https://api.example.com')
    .on('response', (response) => seen.push('response ' + response.statusCode))
    .on('data', (chunk) => seen.push('data ' + chunk))
    .on('end', () => seen.push('end'))
    .on('complete', () => cb(null, seen.concat('complete')));
};
