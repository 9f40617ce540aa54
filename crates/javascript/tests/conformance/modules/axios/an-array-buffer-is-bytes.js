//: answer: 200 {"body_base64": "/wD+"}
//: expect: completed "ff00fe"
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const { data } = await require('axios')({ url: 'https://api.example.com/a', responseType: 'arraybuffer' });
  return Buffer.from(data).toString('hex');
};
