//: expect: completed {"email":"ada@example.com","list":[1,null,"x"],"nested":{"when":"1970-01-01T00:00:00.000Z"}}
//: input: {"user": {"email": "ada@example.com"}}
module.exports = function (user, context, cb) {
  cb(null, { email: user.email, list: [1, undefined, 'x'], nested: { when: new Date(0) } });
};
