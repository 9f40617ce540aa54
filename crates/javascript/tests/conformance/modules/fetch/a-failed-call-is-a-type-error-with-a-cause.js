//: answer: error dns no address
//: expect: completed ["TypeError", "fetch failed", "ENOTFOUND"]
//: expect request: GET https://nowhere.example.com/
module.exports = () =>
  fetch('https://nowhere.example.com').catch((error) => [error.name, error.message, error.cause.code]);
