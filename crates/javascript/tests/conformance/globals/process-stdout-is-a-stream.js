//: answer: 200 {"body": "one\ntwo"}
//: answer: 200 {"body": " ä\n"}
//: expect: completed [true, true, false]
//: expect log: info one
//: expect log: info two ä
//: expect log: info the last, without a line break
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
module.exports = (user, context, cb) => {
  const { Writable } = require('stream');
  require('https').get('https://api.example.com/1', (response) => {
    response.pipe(process.stdout);
    response.on('end', () => {
      require('request')('https://api.example.com/2', () => {
        process.stdout.write('the last, without a line break', () => {
          cb(null, [process.stdout instanceof Writable, process.stdout.writable, process.stdout.isTTY]);
        });
      }).pipe(process.stdout);
    });
  });
};
