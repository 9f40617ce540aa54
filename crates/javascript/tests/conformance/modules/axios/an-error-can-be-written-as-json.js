//: answer: error connect no connection to api.example.com
//: expect: completed {"message": "connect ECONNREFUSED api.example.com:443", "name": "AxiosError", "code": "ECONNREFUSED", "status": null, "method": "get", "noResponse": true}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('axios')
    .get('https://api.example.com/a')
    .catch((error) => {
      const { message, name, code, status, config } = JSON.parse(JSON.stringify(error));
      cb(null, { message, name, code, status, method: config.method, noResponse: error.response === undefined });
    });
};
