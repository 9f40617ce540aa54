//: answer: 200
//: expect: completed
//: expect log: warn axios: certificates are always checked; `rejectUnauthorized: false` has no effect (the operator can trust a private CA)
//: expect request: GET https://api.example.com
module.exports = (user, context, cb) => {
  const httpsAgent = new (require('https').Agent)({ rejectUnauthorized: false, keepAlive: true });
  require('axios')
    .get('https://api.example.com', { httpsAgent })
    .then(() => cb(), cb);
};
