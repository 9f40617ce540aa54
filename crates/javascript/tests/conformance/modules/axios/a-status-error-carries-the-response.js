//: answer: 404 {"body": "{\"message\":\"no such user\"}"}
//: expect: completed {"message": "Request failed with status code 404", "status": 404, "data": {"message": "no such user"}, "code": "ERR_BAD_REQUEST", "is": true, "url": "https://api.example.com/a"}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  const axios = require('axios');
  axios.get('https://api.example.com/a').catch((error) => {
    cb(null, {
      message: error.message,
      status: error.response.status,
      data: error.response.data,
      code: error.code,
      is: axios.isAxiosError(error),
      url: error.config.url,
    });
  });
};
