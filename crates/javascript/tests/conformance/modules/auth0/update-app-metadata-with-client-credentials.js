//: answer: 200 {"body": "{\"access_token\":\"t2\"}"}
//: answer: 200 {"body": "{}"}
//: expect: completed {}
//: expect request: POST https://acme.example.com/oauth/token
//: expect body: {"grant_type":"client_credentials","client_id":"c","client_secret":"s","audience":"https://acme.example.com/api/v2/","scope":"update:users"}
//: expect request: PATCH https://acme.example.com/api/v2/users/auth0%7C1
//: expect header: authorization: Bearer t2
//: expect body: {"app_metadata":{"changed":true}}
module.exports = (user, context, cb) => {
  const { ManagementClient } = require('auth0');
  const management = new ManagementClient({
    domain: 'acme.example.com',
    clientId: 'c',
    clientSecret: 's',
    scope: 'update:users',
  });
  management.updateAppMetadata({ id: 'auth0|1' }, { changed: true }, (error, result) => cb(error, result));
};
