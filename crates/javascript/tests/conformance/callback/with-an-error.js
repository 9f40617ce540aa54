//: expect: failed Error: no luck
//: expect stack: at hook.js:5:24
//: expect property: {"code":"E_LUCK","details":{"tries":3}}
module.exports = function (user, context, cb) {
  cb(Object.assign(new Error('no luck'), { code: 'E_LUCK', details: { tries: 3 } }));
};
