//: expect: failed TypeError: The "callback" argument must be of type function
//: expect property: {"code":"ERR_INVALID_ARG_TYPE"}
module.exports = function () {
  setTimeout('code in a string', 1);
};
