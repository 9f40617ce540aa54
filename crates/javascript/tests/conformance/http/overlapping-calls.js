//: answer GET https://a.example.com/: 200 {"body": "a"}
//: answer GET https://b.example.com/: 200 {"body": "b"}
//: expect: completed ["a","b"]
//: expect request: GET https://a.example.com/
//: expect request: GET https://b.example.com/
module.exports = async function (user, context) {
  const answers = await Promise.all(['a', 'b'].map((name) => fetch(`https://${name}.example.com/`)));
  return Promise.all(answers.map((answer) => answer.text()));
};
