//: expect: completed 5
module.exports = function (user) {
  return { then: (resolve) => setTimeout(resolve, 1, 5) };
};
