//: input: {"context": {"connection": {"id": "c", "name": "db", "tenant": "t"}}}
//: expect: completed {"secrets":{},"type":"undefined"}
module.exports = function (user, context, cb) {
  cb(null, { secrets: context.webtask.secrets, type: typeof context.webtask.secrets.MISSING });
};
