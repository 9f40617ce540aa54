//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/
//: expect no header: content-length
//: expect no header: connection
//: expect no header: host
//: expect header: x-kept: yes
//: expect body: text
module.exports = function (user, context, cb) {
  const headers = { 'Content-Length': 4, Connection: 'keep-alive', Host: 'api.example.com', 'X-Kept': 'yes' };
  require('request').post({ url: 'https://api.example.com/', headers, body: 'text' }, (error) => cb(error));
};
