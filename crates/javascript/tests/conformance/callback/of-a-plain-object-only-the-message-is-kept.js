//: expect: failed Error: from an object
//: expect property: {}
module.exports = function (user, context, cb) {
  cb({ message: 'from an object', code: 7 });
};
