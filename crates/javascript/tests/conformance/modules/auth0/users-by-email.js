//: answer: 200 {"body": "[{\"user_id\":\"auth0|1\"}]"}
//: expect: completed 1
//: expect request: GET https://acme.example.com/api/v2/users-by-email?email=ada%40example.com
module.exports = async () => {
  const { ManagementClient } = require('auth0');
  return (await new ManagementClient({ domain: 'acme.example.com', token: 't' }).getUsersByEmail('ada@example.com'))
    .length;
};
