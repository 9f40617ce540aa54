//: answer: never
//: expect: completed "aborted"
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  const call = require('request')('https://api.example.com', () => cb(new Error('called back')));
  setTimeout(() => {
    call.abort();
    cb(null, 'aborted');
  }, 1);
};
