//: answer: 404 {"body": "no"}
//: expect: failed Error: got 404 response
//: expect property: {"status": 404}
//: expect request: GET https://api.example.com/a?q=1
module.exports = (user, context, cb) => {
  require('unirest')
    .get('https://api.example.com/a')
    .query({ q: 1 })
    .end((response) => cb(response.error));
};
