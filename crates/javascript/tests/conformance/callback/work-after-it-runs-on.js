//: expect: completed
//: answer: 200
//: expect request: POST https://chat.example.com/notice
//: expect log: info answered 200
module.exports = function (user, context, cb) {
  require('request').post({ url: 'https://chat.example.com/notice', body: 'changed' }, function (error, response) {
    console.log('answered', response.statusCode);
  });
  cb();
};
