//: answer: 200 {"body": "{\"data\":{\"ok\":true}}"}
//: expect: completed {"ok": true}
//: expect request: POST https://api.example.com/graphql
//: expect header: x-hasura-admin-secret: s
//: expect body: {"query":"mutation { a }","variables":{"v":1}}
module.exports = () => {
  const { GraphQLClient, gql } = require('graphql-request');
  const client = new GraphQLClient('https://api.example.com/graphql', { headers: { 'x-hasura-admin-secret': 's' } });
  return client.request(gql`mutation { a }`, { v: 1 });
};
