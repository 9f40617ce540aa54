//: expect: failed Error: an error that cannot be shown as text
module.exports = function () {
  throw { get message() { throw 1; } };
};
