//: expect: completed "stands"
//: expect log: warn the hook failed after its result was known, which stands: Error: late\n    at hook.js:5:13
module.exports = function (user, context, cb) {
  cb(null, 'stands'); //
  throw new Error('late');
};
