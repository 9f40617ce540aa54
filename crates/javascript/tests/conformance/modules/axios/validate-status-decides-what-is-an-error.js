//: answer: 418 {"body": "tea"}
//: expect: completed [418, "tea"]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const { status, data } = await require('axios').get('https://api.example.com/a', {
    validateStatus: (code) => code < 500,
  });
  return [status, data];
};
