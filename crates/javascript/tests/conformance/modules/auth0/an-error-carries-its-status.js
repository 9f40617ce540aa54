//: answer: 404 {"body": "{\"statusCode\":404,\"error\":\"Not Found\",\"message\":\"The user does not exist.\",\"errorCode\":\"inexistent_user\"}"}
//: expect: failed Not Found: The user does not exist.
//: expect property: {"statusCode": 404}
//: expect request: GET https://acme.example.com/api/v2/users/auth0%7C1
module.exports = (user, context, cb) => {
  const { ManagementClient } = require('auth0');
  new ManagementClient({ domain: 'acme.example.com', token: 't' }).users.get({ id: 'auth0|1' }, cb);
};
