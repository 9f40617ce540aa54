//: answer: never
//: expect: completed [true, "enough"]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const axios = require('axios');
  const source = axios.CancelToken.source();
  setTimeout(() => source.cancel('enough'), 1);
  return axios
    .get('https://api.example.com/a', { cancelToken: source.token })
    .catch((error) => [axios.isCancel(error), error.message]);
};
