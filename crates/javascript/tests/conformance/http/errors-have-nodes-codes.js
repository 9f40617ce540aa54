//: answer: error dns no such name
//: answer: error connect refused
//: answer: error timeout too slow
//: answer: error blocked not allowed
//: answer: error tls bad certificate
//: expect: completed ["ENOTFOUND","ECONNREFUSED","ETIMEDOUT","EACCES","EPROTO"]
//: expect request: GET https://api.example.com/0
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
//: expect request: GET https://api.example.com/3
//: expect request: GET https://api.example.com/4
module.exports = function (user, context, cb) {
  const codes = [];
  (function next(index) {
    if (index === 5) return cb(null, codes);
    require('request')(`https://api.example.com/${index}`, function (error) {
      codes.push(error.code);
      next(index + 1);
    });
  })(0);
};
