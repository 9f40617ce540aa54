//: answer: error dns no address for nowhere.example.com
//: expect: failed Error: getaddrinfo ENOTFOUND nowhere.example.com
//: expect property: {"code": "ENOTFOUND"}
//: expect request: GET https://nowhere.example.com/
module.exports = (user, context, cb) => {
  require('https')
    .get('https://nowhere.example.com', () => cb())
    .on('error', cb);
};
