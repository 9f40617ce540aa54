//: answer: 200 {"body": "{\"records\":[{\"id\":\"rec1\",\"fields\":{\"N\":1}}]}"}
//: answer: 200 {"body": "{\"id\":\"rec1\",\"fields\":{\"N\":2}}"}
//: expect: completed 2
//: expect request: GET https://api.airtable.com/v0/app1/T?maxRecords=1&filterByFormula=%7BEmail%7D%3D%27a%27
//: expect request: PATCH https://api.airtable.com/v0/app1/T/rec1
//: expect body: {"fields":{"N":2}}
module.exports = async () => {
  const table = new (require('airtable'))({ apiKey: 'key' }).base('app1')('T');
  const [record] = await table.select({ maxRecords: 1, filterByFormula: "{Email}='a'" }).firstPage();
  return (await table.update(record.id, { N: record.get('N') + 1 })).get('N');
};
