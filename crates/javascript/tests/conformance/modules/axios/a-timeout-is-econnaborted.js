//: answer: error timeout no answer
//: expect: failed AxiosError: timeout of 100ms exceeded
//: expect property: {"code": "ECONNABORTED"}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('axios')
    .get('https://api.example.com/a', { timeout: 100 })
    .then(() => cb(), cb);
};
