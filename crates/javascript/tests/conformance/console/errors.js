//: expect: completed
//: expect log: error Error: boom\n    at hook.js:5:35 {\n  code: 'E_BOOM'\n}
//: expect log: info failed: TypeError: bad\n    at hook.js:6:30
module.exports = function (user, context, cb) {
  console.error(Object.assign(new Error('boom'), { code: 'E_BOOM' }));
  console.log('failed:', new TypeError('bad'));
  cb();
};
