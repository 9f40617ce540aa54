//: answer: 200 {"body_base64": "AP+A"}
//: expect: completed [0,255,128]
//: expect request: PUT https://api.example.com/blob
module.exports = async function (user, context) {
  const answer = await fetch('https://api.example.com/blob', { method: 'PUT', body: Buffer.from([0, 254]) });
  return [...new Uint8Array(await answer.arrayBuffer())];
};
