//: expect: failed TypeError: Request path contains unescaped characters
//: expect property: {"code": "ERR_UNESCAPED_CHARACTERS"}
module.exports = (user, context, cb) => {
  require('https').get({ host: 'api.example.com', path: '/a b' }, () => cb());
};
