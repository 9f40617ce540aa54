//: expect: never_finished
module.exports = async function (user, context, cb) {
  await new Promise(() => {});
  cb();
};
