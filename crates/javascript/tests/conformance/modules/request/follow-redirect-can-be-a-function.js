//: answer: 302 {"headers": {"location": ["/next"]}, "body": "moved"}
//: answer: 302 {"headers": {"location": ["/next"]}}
//: answer: 200 {"body": "there"}
//: expect: completed {"asked": [[302, "/next", true], [302, "/next", true]], "answers": ["moved", "there"]}
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/a
//: expect request: GET https://api.example.com/next
module.exports = (user, context, cb) => {
  const request = require('request');
  const asked = [];
  const answers = [];
  const get = (follows, done) => {
    function followRedirect({ statusCode, headers }) {
      asked.push([statusCode, headers.location, this instanceof request.Request]);
      return follows;
    }
    request({ url: 'https://api.example.com/a', followRedirect }, (error, response, body) => {
      answers.push(body);
      done(error);
    });
  };
  get(false, () => get(true, (error) => cb(error, { asked, answers })));
};
