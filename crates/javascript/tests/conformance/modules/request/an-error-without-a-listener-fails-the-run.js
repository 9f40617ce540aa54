//: answer: error dns no address for nowhere.example.com
//: expect: failed Error: getaddrinfo ENOTFOUND nowhere.example.com
//: expect request: GET https://nowhere.example.com/
module.exports = (user, context, cb) => {
  require('request')
    .get('https://nowhere.example.com')
    .on('end', () => cb());
};
