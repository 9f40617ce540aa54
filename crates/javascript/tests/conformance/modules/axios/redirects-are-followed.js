//: answer: 302 {"headers": {"location": ["/b"]}}
//: answer: 200 {"body": "there"}
//: expect: completed ["there", "https://api.example.com/b"]
//: expect request: POST https://api.example.com/a
//: expect request: GET https://api.example.com/b
module.exports = async () => {
  const response = await require('axios').post('https://api.example.com/a', { a: 1 });
  return [response.data, response.request.res.responseUrl];
};
