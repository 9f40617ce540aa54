//: answer: error dns no address for nowhere.example.com
//: expect: completed {"code": "ENOTFOUND", "response": "undefined"}
//: expect request: GET https://nowhere.example.com/
module.exports = (user, context, cb) => {
  require('request')('https://nowhere.example.com', (error, response) =>
    cb(null, { code: error.code, response: typeof response })
  );
};
