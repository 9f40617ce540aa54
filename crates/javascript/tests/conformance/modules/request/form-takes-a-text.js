//: answer: 200
//: expect: completed
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/x-www-form-urlencoded
//: expect body: grant_type=client_credentials&scope=a%20b
module.exports = (user, context, cb) => {
  require('request').post('https://api.example.com/a', { form: 'grant_type=client_credentials&scope=a%20b' }, (error) =>
    cb(error)
  );
};
