//: expect: completed
/**
@param {object} user - the user
@param {object} context - the context
@param {function} cb - function (error)
**/

module.exports = function (user, context, cb) {
  // Do something, then say so.
  cb();
};
