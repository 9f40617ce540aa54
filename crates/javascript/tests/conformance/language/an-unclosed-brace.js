//: expect: no compilation 4:11 unexpected end of the script…
module.exports = function (user, context, cb) {
  if (user) {
    cb();//
