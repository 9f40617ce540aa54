//: expect: never_finished
//: expect log: info done
module.exports = function (user, context, cb) {
  setTimeout(() => console.log('done'), 1);
};
