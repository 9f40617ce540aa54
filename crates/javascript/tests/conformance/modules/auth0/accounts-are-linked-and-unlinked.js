//: answer: 201 {"body": "[1]"}
//: answer: 200 {"body": "[2]"}
//: expect: completed [[1], [2], "ArgumentError: The userId has to be a string", "ArgumentError: provider field is required"]
//: expect request: POST https://tenant.example.com/api/v2/users/auth0%7C1/identities
//: expect body: {"user_id":"2","provider":"google-oauth2"}
//: expect request: DELETE https://tenant.example.com/api/v2/users/auth0%7C1/identities/google-oauth2/2
module.exports = async () => {
  const { ManagementClient } = require('auth0');
  const management = new ManagementClient({ domain: 'tenant.example.com', token: 't' });
  const refused = (call) => {
    try {
      return call();
    } catch (error) {
      return String(error);
    }
  };
  return [
    await management.linkUsers('auth0|1', { user_id: '2', provider: 'google-oauth2' }),
    await management.users.unlink({ id: 'auth0|1', provider: 'google-oauth2', user_id: '2' }),
    refused(() => management.users.link({ id: 'auth0|1' }, {})),
    refused(() => management.unlinkUsers({ id: 'auth0|1', user_id: '2' })),
  ];
};
