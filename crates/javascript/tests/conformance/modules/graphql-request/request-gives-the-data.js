//: answer: 200 {"body": "{\"data\":{\"user\":{\"id\":1}}}"}
//: expect: completed {"user": {"id": 1}}
//: expect request: POST https://api.example.com/graphql
//: expect header: content-type: application/json
//: expect body: {"query":"query q($id: ID!) { user(id: $id) { id } }","variables":{"id":"7"}}
module.exports = () => {
  const { request } = require('graphql-request');
  return request('https://api.example.com/graphql', 'query q($id: ID!) { user(id: $id) { id } }', { id: '7' });
};
