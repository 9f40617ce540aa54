//: answer: 200 {"body": "{\"a\":"}
//: expect: completed ["FetchError", "invalid-json", true, "invalid json response body at https://api.example.com/a reason: "]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const fetch = require('node-fetch');
  const response = await fetch('https://api.example.com/a');
  const error = await response.json().catch((failure) => failure);
  return [error.name, error.type, error instanceof fetch.FetchError, error.message.replace(/reason: .+/, 'reason: ')];
};
