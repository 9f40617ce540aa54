//: expect: never_finished
module.exports = function (user, context, cb) {};
