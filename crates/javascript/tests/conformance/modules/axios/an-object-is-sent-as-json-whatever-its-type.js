//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: {"a":1}
module.exports = async () => {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await require('axios').post('https://api.example.com/a', { a: 1 }, { headers });
};
