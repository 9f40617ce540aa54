//: limit: fuel 20000000
//: expect: out_of_fuel
module.exports = function (user, context, cb) {
  while (true) {}
};
