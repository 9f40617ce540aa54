//: answer: 204
//: expect: completed 204
//: expect request: DELETE https://api.example.com/a
//: expect header: content-type: application/json
//: expect body: ["A"]
module.exports = async () => (await require('axios').delete('https://api.example.com/a', { data: ['A'] })).status;
