//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a
//: expect no header: polluted
//: expect header: x-a: 1
module.exports = async () => {
  Object.prototype.polluted = function () {};
  await require('axios').get('https://api.example.com/a', { headers: { 'X-A': '1' } });
};
