//: expect: completed [true,true,2,2,"DataCloneError",true]
module.exports = function (user, context, cb) {
  const original = { date: new Date(1), map: new Map([['k', [1, 2]]]), bytes: new Uint8Array([1, 2]), error: new TypeError('x') };
  original.self = original;
  const copy = structuredClone(original);
  let refused;
  try {
    structuredClone({ f() {} });
  } catch (error) {
    refused = error.name;
  }
  cb(null, [copy.self === copy, copy.date instanceof Date && copy.date !== original.date, copy.map.get('k').length, copy.bytes[1], refused, copy.error instanceof TypeError]);
};
