//: expect: completed ["SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", "SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", "SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"]
// get-vanilla, get-vanilla-query-order-key-case and post-vanilla of AWS's test suite for Signature Version 4.
const AWS = require('aws-sdk');

function sign(method, path) {
  const request = { method, path, headers: { Host: 'example.amazonaws.com' }, body: '', region: 'us-east-1' };
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  new AWS.Signers.V4(request, 'service').addAuthorization(credentials, new Date(Date.UTC(2015, 7, 30, 12, 36, 0)));
  return request.headers.Authorization.replace(/^.*aws4_request, /, '');
}

module.exports = (user, context, cb) =>
  cb(null, [sign('GET', '/'), sign('GET', '/?Param2=value2&Param1=value1'), sign('POST', '/')]);
