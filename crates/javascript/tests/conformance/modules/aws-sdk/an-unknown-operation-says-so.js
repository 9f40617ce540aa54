//: expect: failed Error: aws-sdk: SNS.createTopic is not supported by Hookbox; bundle the npm package with `hookbox build`, or call the HTTP API with `request`
module.exports = (user, context, cb) => {
  const AWS = require('aws-sdk');
  new AWS.SNS({ region: 'eu-west-1' }).createTopic({ Name: 'x' }, cb);
};
