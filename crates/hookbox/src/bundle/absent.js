// Packages look over what they require when they load, and seldom use all of it: whatever is taken from this module is a
// function, and so is what is taken from that. Only calling it fails.
const absent = (path) =>
  new Proxy(
    function () {
      throw new Error(`${path} cannot be called: a hook's sandbox has no module 'NAME'`);
    },
    { get: (target, name) => member(target, path, name) },
  );

const member = (target, path, name) => {
  // A promise, or a module in the newer form, is known by these.
  const isMark = typeof name === 'symbol' || ['then', 'default', '__esModule', 'toJSON'].includes(name);
  return isMark || name in target ? target[name] : absent(`${path}.${name}`);
};

// The members are inherited, which a bundler keeps when it makes `import` of `require`.
module.exports = Object.create(new Proxy({}, { get: (target, name) => member(target, 'NAME', name) }));
