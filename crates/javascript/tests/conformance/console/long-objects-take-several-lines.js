//: expect: completed
//: expect log: info {\n  id: 'con_0000000000000001',\n  name: 'Username-Password-Authentication',\n  tenant: 'example-tenant'\n}
module.exports = function (user, context, cb) {
  console.log({ id: 'con_0000000000000001', name: 'Username-Password-Authentication', tenant: 'example-tenant' });
  cb();
};
