//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/token
//: expect header: content-type: application/x-www-form-urlencoded;charset=utf-8
//: expect body: grant_type=password&username=a+b
module.exports = (user, context, cb) => {
  const params = new URLSearchParams();
  params.append('grant_type', 'password');
  params.append('username', 'a b');
  require('axios')
    .post('https://api.example.com/token', params)
    .then(() => cb(), cb);
};
