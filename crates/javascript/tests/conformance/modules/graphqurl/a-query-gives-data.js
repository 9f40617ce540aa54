//: answer: 200 {"body": "{\"data\":{\"a\":1}}"}
//: expect: completed {"a": 1}
//: expect request: POST https://api.example.com/v1/graphql
//: expect header: x-hasura-access-key: k
//: expect body: {"query":"query { a }","variables":{"v":1}}
module.exports = async () => {
  const { query } = require('graphqurl');
  const options = {
    endpoint: 'https://api.example.com/v1/graphql',
    query: 'query { a }',
    variables: { v: 1 },
    headers: { 'x-hasura-access-key': 'k' },
  };
  return (await query(options)).data;
};
