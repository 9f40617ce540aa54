//: answer: error too_large the response is over 1048576 bytes
//: answer: error too_many 16 calls are the most
//: expect: completed ["EMSGSIZE", "EAGAIN"]
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
module.exports = async () => {
  const axios = require('axios');
  const code = (url) => axios.get(url).catch((error) => error.code);
  return [await code('https://api.example.com/1'), await code('https://api.example.com/2')];
};
