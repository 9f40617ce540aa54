//: trigger: credentials-exchange
//: expect: failed ServerError: down
//: expect property: {"code":"server_error"}
module.exports = async function (client, scope, audience, context) {
  throw new ServerError('down');
};
