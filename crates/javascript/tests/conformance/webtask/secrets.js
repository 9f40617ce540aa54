//: secrets: {"API_KEY": "abc"}
//: expect: completed ["abc",{"API_KEY":"abc"},{"API_KEY":"abc"}]
module.exports = function (user, context, cb) {
  cb(null, [context.webtask.secrets.API_KEY, context.webtask.secrets, context.webtask.data]);
};
