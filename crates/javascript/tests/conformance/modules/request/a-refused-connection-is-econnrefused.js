//: answer: error connect no connection to api.example.com
//: expect: failed Error: connect ECONNREFUSED api.example.com:443
//: expect property: {"code": "ECONNREFUSED"}
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('request')('https://api.example.com', (error) => cb(error));
};
