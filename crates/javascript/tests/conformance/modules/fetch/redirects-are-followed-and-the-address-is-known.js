//: answer: 302 {"headers": {"location": ["/b"]}}
//: answer: 200 {"body": "x"}
//: expect: completed [true, "https://api.example.com/b"]
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/b
module.exports = async () => {
  const response = await fetch('https://api.example.com/a');
  return [response.redirected, response.url];
};
