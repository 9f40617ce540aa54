//: expect: failed Error: Invalid URI "api.example.com/a"
module.exports = (user, context, cb) => {
  require('request')('api.example.com/a', (error) => cb(error));
};
