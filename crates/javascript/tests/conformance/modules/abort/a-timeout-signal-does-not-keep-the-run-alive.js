//: expect: completed "done"
module.exports = (user, context, cb) => {
  AbortSignal.timeout(15000);
  cb(null, 'done');
};
