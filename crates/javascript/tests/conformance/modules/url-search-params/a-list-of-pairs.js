//: expect: completed ["a=1&b=x+y&a=2", ["1", "2"], "x y", "a=9&b=x+y", 2]
module.exports = (user, context, cb) => {
  const params = new URLSearchParams('?a=1&b=x+y&a=2');
  const before = params.toString();
  const all = params.getAll('a');
  params.set('a', 9);
  cb(null, [before, all, params.get('b'), String(params), Array.from(params).length]);
};
