//: answer: 200
//: expect: completed ["You cannot pipe to this stream after the outbound request has started.", "You cannot pipe after data has been emitted from the response."]
//: expect request: POST https://api.example.com/
module.exports = (user, context, cb) => {
  const { PassThrough } = require('stream');
  const seen = [];
  const call = require('request').post('https://api.example.com/');
  call.on('error', (error) => seen.push(error.message));
  setTimeout(() => new PassThrough().pipe(call), 1);
  call.on('complete', () => {
    setTimeout(() => {
      call.pipe(new PassThrough());
      cb(null, seen);
    }, 2);
  });
};
