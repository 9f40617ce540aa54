//: expect: completed [2, true, true, "a-b", "MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]
module.exports = async () => {
  const missing = (name) => {
    try {
      return require(name);
    } catch (error) {
      return error.code;
    }
  };
  return [
    require('lodash/get')({ a: { b: 2 } }, 'a.b'),
    require('lodash.isequal')([1], [1]),
    require('lodash.clonedeep@4.5.0') === require('lodash/cloneDeep.js'),
    require('./node_modules/lodash.kebabcase')('aB'),
    missing('lodash/fp'),
    missing('lodash.isEqual'),
  ];
};
