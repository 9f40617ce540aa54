//: trigger: credentials-exchange
//: input: {"scope": ["read:things"], "audience": "https://api.example.com/"}
//: expect: completed {"scope":["read:things","extra"],"https://example.com/claim":"https://api.example.com/"}
module.exports = function (client, scope, audience, context, cb) {
  const answer = { scope: scope.concat('extra') };
  answer['https://example.com/claim'] = audience;
  cb(null, answer);
};
