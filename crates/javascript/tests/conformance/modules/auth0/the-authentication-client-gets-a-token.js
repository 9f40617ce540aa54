//: answer: 200 {"body": "{\"access_token\":\"t\"}"}
//: expect: completed "t"
//: expect request: POST https://acme.example.com/oauth/token
//: expect body: {"grant_type":"client_credentials","client_id":"c","client_secret":"s","audience":"https://api.example.com"}
module.exports = async () => {
  const { AuthenticationClient } = require('auth0');
  const client = new AuthenticationClient({ domain: 'acme.example.com', clientId: 'c', clientSecret: 's' });
  return (await client.clientCredentialsGrant({ audience: 'https://api.example.com' })).access_token;
};
