//: answer: error tls the certificate of api.example.com is not trusted
//: expect: completed ["EPROTO", "the certificate of api.example.com is not trusted"]
//: expect request: GET https://api.example.com/
module.exports = () => fetch('https://api.example.com').catch((error) => [error.cause.code, error.cause.message]);
