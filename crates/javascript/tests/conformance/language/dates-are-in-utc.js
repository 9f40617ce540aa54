//: expect: completed ["2019-02-27T14:14:29.206Z",0,14,1551276869206]
module.exports = function (user, context, cb) {
  const date = new Date('2019-02-27T14:14:29.206Z');
  cb(null, [date.toISOString(), date.getTimezoneOffset(), date.getHours(), date.getTime()]);
};
