//: answer: 200 {"body": "x"}
//: expect: completed ["x", "TypeError"]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const response = await fetch('https://api.example.com/a');
  return [await response.text(), await response.text().catch((error) => error.name)];
};
