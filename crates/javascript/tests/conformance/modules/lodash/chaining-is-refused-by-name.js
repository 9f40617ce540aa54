//: expect: failed Error: lodash: chaining (`_(value)`) is not supported by Hookbox; call the functions one by one, or bundle lodash with `hookbox build`
module.exports = () => {
  require('lodash')([1]).map();
};
