//: answer: error timeout too slow
//: answer: error timeout too slow
//: expect: completed [["Timeout of 100ms exceeded", "ECONNABORTED", "ETIME", 100], ["Response timeout of 50ms exceeded", "ECONNABORTED", "ETIMEDOUT", 50]]
//: expect request: GET https://api.example.com/
//: expect request: GET https://api.example.com/
module.exports = async () => {
  const superagent = require('superagent');
  const seen = [];
  for (const limit of [100, { response: 50, deadline: 200 }]) {
    await superagent
      .get('https://api.example.com/')
      .timeout(limit)
      .catch(({ message, code, errno, timeout }) => seen.push([message, code, errno, timeout]));
  }
  return seen;
};
