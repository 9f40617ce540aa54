//: expect: failed Error: Data is 600002 characters of JSON; storage takes at most 512000.
module.exports = function (user, context, cb) {
  context.webtask.storage.set('x'.repeat(600000), { force: true }, cb);
};
