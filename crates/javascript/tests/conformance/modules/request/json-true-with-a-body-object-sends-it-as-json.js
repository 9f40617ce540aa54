//: answer: 200
//: expect: completed
//: expect request: PUT https://api.example.com/a
//: expect header: content-type: application/json
//: expect body: {"a":"é"}
module.exports = (user, context, cb) => {
  require('request')({ method: 'put', url: 'https://api.example.com/a', json: true, body: { a: 'é' } }, (error) =>
    cb(error)
  );
};
