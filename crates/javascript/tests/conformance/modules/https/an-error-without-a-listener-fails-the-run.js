//: answer: error connect no connection
//: expect: failed Error: connect ECONNREFUSED api.example.com:443
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('https').get('https://api.example.com', () => cb());
};
