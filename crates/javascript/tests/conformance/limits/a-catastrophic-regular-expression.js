//: limit: fuel 100000000
//: expect: out_of_fuel
module.exports = function (user, context, cb) {
  cb(null, /^(a+)+$/.test('a'.repeat(40) + 'b'));
};
