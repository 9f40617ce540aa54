//: input: {"context": {"connection": {"name": "db"}, "extra": [1], "webtask": {"secrets": {}}}}
//: expect: completed {"keys":["connection","extra","webtask"],"json":"{\"connection\":{\"name\":\"db\"},\"extra\":[1],\"webtask\":{\"secrets\":{}}}"}
module.exports = function (user, context, cb) {
  cb(null, { keys: Object.keys(context), json: JSON.stringify(context) });
};
