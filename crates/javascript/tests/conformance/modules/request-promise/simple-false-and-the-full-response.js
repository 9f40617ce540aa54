//: answer: 500 {"body": "oops"}
//: expect: completed {"status": 500, "body": "oops"}
//: expect request: POST https://api.example.com/a
module.exports = async () => {
  const response = await require('request-promise').post({
    uri: 'https://api.example.com/a',
    simple: false,
    resolveWithFullResponse: true,
  });
  return { status: response.statusCode, body: response.body };
};
