//: answer: 200 {"body": "{\"user_id\":\"auth0|1\"}"}
//: expect: completed "auth0|1"
//: expect request: GET https://acme.example.com/api/v2/users/auth0%7C1
//: expect header: authorization: Bearer t
module.exports = async () => {
  const { ManagementClient } = require('auth0@2.9.1');
  return (await new ManagementClient({ domain: 'acme.example.com', token: 't' }).getUser({ id: 'auth0|1' })).user_id;
};
