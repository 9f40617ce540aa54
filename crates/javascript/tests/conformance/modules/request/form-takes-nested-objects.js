//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: a=b%20c&list%5B0%5D=1&list%5B1%5D=2&deep%5Bkey%5D=v%27
module.exports = (user, context, cb) => {
  require('request').post(
    { url: 'https://api.example.com/a', form: { a: 'b c', list: [1, 2], deep: { key: "v'" } } },
    (error) => cb(error)
  );
};
