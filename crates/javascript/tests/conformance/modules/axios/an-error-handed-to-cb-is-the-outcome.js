//: answer: 500 {"body": "{}"}
//: expect: failed AxiosError: Request failed with status code 500
//: expect property: {"code": "ERR_BAD_RESPONSE"}
//: expect request: POST https://api.example.com/a
module.exports = (user, context, cb) => {
  require('axios')
    .post('https://api.example.com/a', {})
    .then(() => cb())
    .catch(cb);
};
