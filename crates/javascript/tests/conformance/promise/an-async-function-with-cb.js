//: expect: completed "from cb"
module.exports = async function (user, context, cb) {
  await null;
  cb(null, 'from cb');
  return 'not this';
};
