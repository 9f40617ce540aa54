//: answer: 200 {"body": "ok"}
//: answer: 200 {"body": "ok"}
//: expect: completed [true, true, true]
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  const request = require('request');
  request({ url: 'https://api.example.com/a', time: true }, (error, timed) => {
    request('https://api.example.com/a', (_, plain) => {
      const { elapsedTime, timingPhases, timings } = timed;
      cb(error, [
        Number.isInteger(elapsedTime) && elapsedTime >= 0 && elapsedTime < 20000,
        timingPhases.total === timings.end && timings.end === elapsedTime,
        plain.elapsedTime === undefined,
      ]);
    });
  });
};
