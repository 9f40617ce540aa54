//: answer: error dns no address
//: expect: completed {"name": "RequestError", "message": "Error: getaddrinfo ENOTFOUND nowhere.example.com", "code": "ENOTFOUND", "is": true}
//: expect request: GET https://nowhere.example.com/
module.exports = async () => {
  const { RequestError } = require('request-promise-native/errors');
  try {
    await require('request-promise-native')('https://nowhere.example.com');
  } catch (error) {
    return { name: error.name, message: error.message, code: error.cause.code, is: error instanceof RequestError };
  }
};
