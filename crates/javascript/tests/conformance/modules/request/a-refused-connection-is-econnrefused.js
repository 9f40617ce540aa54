//: answer: error connect no connection to api.example.com
//: expect: failed Error: no connection to api.example.com
//: expect property: {"code": "ECONNREFUSED"}
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('request')('https://api.example.com', (error) => cb(error));
};
