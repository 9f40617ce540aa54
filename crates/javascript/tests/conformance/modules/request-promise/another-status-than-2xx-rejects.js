//: answer: 404 {"body": "{\"e\":1}"}
//: expect: completed {"name": "StatusCodeError", "message": "404 - {\"e\":1}", "statusCode": 404, "error": {"e": 1}, "status": 404}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request-promise')({ uri: 'https://api.example.com/a', json: true }).catch((error) => {
    cb(null, {
      name: error.name,
      message: error.message,
      statusCode: error.statusCode,
      error: error.error,
      status: error.response.statusCode,
    });
  });
};
