//: answer: 404 {"body": "no"}
//: expect: completed [false, 404, "no"]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const response = await fetch('https://api.example.com/a');
  return [response.ok, response.status, await response.text()];
};
