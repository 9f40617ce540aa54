//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect body: key=value
module.exports = (user, context, cb) => {
  require('request')
    .post('https://api.example.com/a', (error) => cb(error))
    .form({ key: 'value' });
};
