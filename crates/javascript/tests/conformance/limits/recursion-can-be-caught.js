//: expect: completed ["RangeError","Maximum call stack size exceeded",true]
module.exports = function (user, context, cb) {
  let depth = 0;
  function down() {
    depth += 1;
    return down() + 1;
  }
  try {
    down();
  } catch (error) {
    cb(null, [error.name, error.message, depth > 100]);
  }
};
