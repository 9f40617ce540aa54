//: answer: 200 {"body": "{\"errors\":[{\"message\":\"field 'b' not found\"}]}"}
//: expect: failed ClientError: field 'b' not found: {"response":{"errors":[{"message":"field 'b' not found"}],"status":200},"request":{"query":"{ b }"}}
//: expect request: POST https://api.example.com/graphql
module.exports = (user, context, cb) => {
  require('graphql-request')
    .request('https://api.example.com/graphql', '{ b }')
    .then(() => cb(), cb);
};
