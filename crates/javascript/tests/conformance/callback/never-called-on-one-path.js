//: expect: never_finished
//: expect request: GET https://api.example.com/
//: answer: 404
module.exports = function (user, context, cb) {
  require('request')('https://api.example.com/', function (error, response) {
    if (response.statusCode === 200) cb();
  });
};
