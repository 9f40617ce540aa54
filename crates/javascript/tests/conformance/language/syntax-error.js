//: expect: no compilation 3:17 unexpected token in expression: ';'
module.exports = function (user, context, cb) {
  const value = ;
  cb();
};
