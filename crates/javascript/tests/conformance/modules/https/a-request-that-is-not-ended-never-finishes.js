//: expect: never_finished
module.exports = (user, context, cb) => {
  require('https')
    .request('https://api.example.com', () => cb())
    .write('x');
};
