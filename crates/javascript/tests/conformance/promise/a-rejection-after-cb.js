//: expect: completed 1
//: expect log: warn the hook failed after its result was known, which stands: Error: late…
module.exports = async function (user, context, cb) {
  cb(null, 1);
  await null;
  throw new Error('late');
};
