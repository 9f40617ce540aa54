//: answer: 200
//: expect: completed
//: expect request: POST http://hooks.example.com:3005/changed
//: expect body: {"a":1}
module.exports = (user, context, cb) => {
  require('request').post('http://hooks.example.com:3005/changed', { json: { a: 1 } }, (error) => cb(error));
};
