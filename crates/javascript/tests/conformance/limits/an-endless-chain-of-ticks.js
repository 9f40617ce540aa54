//: limit: fuel 50000000
//: expect: out_of_fuel
module.exports = function (user, context, cb) {
  (function again() {
    process.nextTick(again);
  })();
};
