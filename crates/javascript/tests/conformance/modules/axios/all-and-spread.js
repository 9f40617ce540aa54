//: answer GET https://api.example.com/1: 200 {"body": "1"}
//: answer GET https://api.example.com/2: 200 {"body": "2"}
//: expect: completed [1, 2]
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
module.exports = (user, context, cb) => {
  const axios = require('axios');
  axios
    .all([axios.get('https://api.example.com/1'), axios.get('https://api.example.com/2')])
    .then(axios.spread((a, b) => cb(null, [a.data, b.data])));
};
