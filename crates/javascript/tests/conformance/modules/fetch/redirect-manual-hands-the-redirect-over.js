//: answer: 302 {"headers": {"location": ["/b"]}}
//: expect: completed [302, "/b"]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const response = await fetch('https://api.example.com/a', { redirect: 'manual' });
  return [response.status, response.headers.get('location')];
};
