//: expect: failed Error: undefined
module.exports = function () {
  throw undefined;
};
