//: answer: 200
//: expect: completed
//: expect request: PATCH https://api.example.com/a
//: expect header: content-type: application/json
//: expect header: authorization: Basic dTpw
//: expect body: {"b":2}
module.exports = async () => {
  const options = {
    method: 'PATCH',
    url: 'https://api.example.com/a',
    headers: { 'content-type': 'application/json' },
    auth: { username: 'u', password: 'p' },
    data: { b: 2 },
  };
  return (await require('axios').request(options)).data;
};
