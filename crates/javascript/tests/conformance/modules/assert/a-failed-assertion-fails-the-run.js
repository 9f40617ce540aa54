//: expect: failed AssertionError: a user needs an email
//: expect property: {"code": "ERR_ASSERTION"}
module.exports = () => {
  require('assert').ok('', 'a user needs an email');
};
