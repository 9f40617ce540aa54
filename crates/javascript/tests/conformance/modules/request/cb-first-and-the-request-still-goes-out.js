//: answer: 200
//: expect: completed
//: expect request: POST https://hooks.example.com/x
//: expect body: {"text":"changed"}
module.exports = (user, context, cb) => {
  require('request').post('https://hooks.example.com/x', { json: { text: 'changed' } });
  cb(null);
};
