//: answer: 200
//: expect: completed
//: expect log: warn request: certificates are always checked; `rejectUnauthorized: false` has no effect (the operator can trust a private CA)
//: expect request: GET https://api.example.com/
module.exports = (user, context, cb) => {
  require('request')({ url: 'https://api.example.com', rejectUnauthorized: false, strictSSL: false }, (error) =>
    cb(error)
  );
};
