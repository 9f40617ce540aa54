//: answer: 200 {"body": "{\"a\":1}"}
//: expect: completed {"a": 1}
//: expect request: GET https://api.example.com/a
//: expect header: x-trace: 2
module.exports = async () => {
  const api = require('axios').create();
  api.interceptors.request.use((config) => {
    config.headers['X-Trace'] = '2';
    return config;
  });
  api.interceptors.response.use((response) => response.data);
  return api.get('https://api.example.com/a');
};
