//: expect: failed Error: [object Object]
module.exports = function (user, context, cb) {
  cb({ status: 500 });
};
