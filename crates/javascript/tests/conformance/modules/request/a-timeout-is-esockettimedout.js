//: answer: error timeout no answer within 1500 ms
//: expect: completed {"code": "ESOCKETTIMEDOUT", "connect": false}
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com', timeout: 1500 }, (error) =>
    cb(null, { code: error.code, connect: error.connect })
  );
};
