//: answer: error connect no connection
//: expect: failed FetchError: request to https://api.example.com/a failed, reason: connect ECONNREFUSED api.example.com:443
//: expect property: {"type": "system", "code": "ECONNREFUSED"}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('node-fetch')('https://api.example.com/a').then(() => cb(), cb);
};
