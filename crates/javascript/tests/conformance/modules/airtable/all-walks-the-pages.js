//: answer: 200 {"body": "{\"records\":[{\"id\":\"a\",\"fields\":{}}],\"offset\":\"itr2\"}"}
//: answer: 200 {"body": "{\"records\":[{\"id\":\"b\",\"fields\":{}}]}"}
//: expect: completed ["a", "b"]
//: expect request: GET https://api.airtable.com/v0/app1/T
//: expect request: GET https://api.airtable.com/v0/app1/T?offset=itr2
module.exports = async () => {
  const table = new (require('airtable'))({ apiKey: 'key' }).base('app1')('T');
  return (await table.select().all()).map((record) => record.id);
};
