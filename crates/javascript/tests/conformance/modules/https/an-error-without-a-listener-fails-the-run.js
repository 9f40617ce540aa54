//: answer: error connect no connection
//: expect: failed Error: no connection
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('https').get('https://api.example.com', () => cb());
};
