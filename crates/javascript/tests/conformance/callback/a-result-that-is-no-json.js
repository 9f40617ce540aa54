//: expect: failed Error: Error when JSON serializing the result of the extension point
//: expect property: {"cause":"TypeError: circular reference"}
module.exports = function (user, context, cb) {
  const result = {};
  result.self = result;
  cb(null, result);
};
