//: answer: 404 {"body": "no"}
//: expect: completed [["name", "statusCode", "message", "error", "options", "response"], "StatusCodeError: 404 - \"no\"", "404 - \"no\"", true]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const { StatusCodeError } = require('request-promise/errors');
  const error = await require('request-promise')('https://api.example.com/a').catch(StatusCodeError, (caught) => caught);
  const { message } = JSON.parse(JSON.stringify(error));
  return [Object.keys(error), error.stack.split('\n')[0], message, error instanceof Error];
};
