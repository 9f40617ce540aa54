//: expect: failed Error: plain text
module.exports = function () {
  throw 'plain text';
};
