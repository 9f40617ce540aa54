//: answer: 200 {"body": "{\"access_token\":\"t\"}"}
//: expect: completed "t"
//: expect request: POST https://acme.example.com/oauth/token
//: expect header: content-type: application/x-www-form-urlencoded
//: expect header: accept: application/json
//: expect body: grant_type=client_credentials&scope=a+b
module.exports = async () => {
  const { body } = await require('got').post('https://acme.example.com/oauth/token', {
    json: true,
    form: true,
    body: { grant_type: 'client_credentials', scope: 'a b' },
  });
  return body.access_token;
};
