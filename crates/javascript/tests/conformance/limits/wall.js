//: limit: wall_ms 100
//: answer: never
//: expect: timed_out
//: expect request: GET https://slow.example.com/
module.exports = async function (user, context) {
  await fetch('https://slow.example.com/');
};
