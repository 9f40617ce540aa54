//: expect: failed RangeError: out of range
//: expect stack: at hook.js:5:13
module.exports = async function (user, context, cb) {
  await null;
  throw new RangeError('out of range');
};
