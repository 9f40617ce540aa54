//: answer: 200 {"body": "{\"id\":\"rec1\",\"fields\":{\"Email\":\"a\"}}"}
//: expect: completed ["rec1", "a"]
//: expect request: POST https://api.airtable.com/v0/app1/My%20Users/
//: expect header: authorization: Bearer key
//: expect body: {"fields":{"Email":"a"}}
module.exports = (user, context, cb) => {
  const Airtable = require('airtable');
  const base = new Airtable({ apiKey: 'key' }).base('app1');
  base('My Users').create({ Email: 'a' }, (error, record) => cb(error, [record.getId(), record.get('Email')]));
};
