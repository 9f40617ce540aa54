//: answer: 200 {"body": "abc"}
//: expect: completed "abc"
//: expect request: GET https://api.example.com/
module.exports = async () => {
  const res = await new Promise((resolve) => require('https').get('https://api.example.com', resolve));
  let text = '';
  for await (const chunk of res) text += chunk;
  return text;
};
