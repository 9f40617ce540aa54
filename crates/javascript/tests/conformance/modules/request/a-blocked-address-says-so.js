//: answer: error blocked 10.0.0.1 is not allowed
//: expect: failed Error: 10.0.0.1 is not allowed
//: expect property: {"code": "EACCES"}
//: expect request: GET http://10.0.0.1/
module.exports = (user, context, cb) => {
  require('request')('http://10.0.0.1/', (error) => cb(error));
};
