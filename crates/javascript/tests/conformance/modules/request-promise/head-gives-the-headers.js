//: answer: 200 {"headers": {"x-a": ["1"]}}
//: answer: 200 {"headers": {"x-a": ["2"]}}
//: answer: 404 {"headers": {"x-a": ["3"]}}
//: expect: completed [{"x-a": "1"}, 200, {"x-a": "3"}]
//: expect request: HEAD https://api.example.com/a
//: expect request: HEAD https://api.example.com/a
//: expect request: HEAD https://api.example.com/a
module.exports = async () => {
  const request = require('request-promise-native');
  const uri = 'https://api.example.com/a';
  return [
    await request.head(uri),
    (await request({ method: 'head', uri, resolveWithFullResponse: true })).statusCode,
    await request.head(uri).catch((error) => error.response),
  ];
};
