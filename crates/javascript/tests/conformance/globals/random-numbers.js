//: expect: completed [true,true,200]
module.exports = function (user, context, cb) {
  const drawn = Array.from({ length: 200 }, Math.random);
  cb(null, [drawn.every((x) => x >= 0 && x < 1), Math.max(...drawn) - Math.min(...drawn) > 0.5, new Set(drawn).size]);
};
