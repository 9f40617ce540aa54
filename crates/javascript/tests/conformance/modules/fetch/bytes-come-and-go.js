//: answer: 200 {"body_base64": "/wD+"}
//: expect: completed [255, 0, 254]
//: expect request: POST https://api.example.com/a
//: expect body: hey
module.exports = async () => {
  const response = await fetch('https://api.example.com/a', { method: 'POST', body: new TextEncoder().encode('hey') });
  return Array.from(new Uint8Array(await response.arrayBuffer()));
};
