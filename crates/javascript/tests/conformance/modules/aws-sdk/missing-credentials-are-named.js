//: expect: failed CredentialsError: Missing credentials in config; give accessKeyId and secretAccessKey (keep them in the hook's secrets)
//: expect property: {"code": "CredentialsError"}
module.exports = (user, context, cb) => {
  new (require('aws-sdk').SNS)({ region: 'eu-west-1' }).publish({ Message: 'x' }, cb);
};
