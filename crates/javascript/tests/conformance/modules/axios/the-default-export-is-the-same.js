//: answer: 200 {"body": "1"}
//: expect: completed [true, 1]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const axios = require('axios').default;
  return [axios === require('axios@0.21.1'), (await axios('https://api.example.com/a')).data];
};
