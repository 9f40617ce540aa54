//: answer: 200 {"body": "x"}
//: expect: completed "x"
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('request@2.81.0')('https://api.example.com', (error, response, body) => cb(error, body));
};
