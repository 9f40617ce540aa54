//: expect: failed TypeError: Protocol "http:" not supported. Expected "https:"
module.exports = (user, context, cb) => {
  require('https').get('http://api.example.com', () => cb());
};
