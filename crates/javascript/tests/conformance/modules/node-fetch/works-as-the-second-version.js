//: answer: 200 {"headers": {"x-a": ["1"]}, "body": "abc"}
//: expect: completed {"ok": true, "buffer": "abc", "raw": ["1"]}
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const response = await require('node-fetch')('https://api.example.com/a');
  return { ok: response.ok, buffer: (await response.buffer()).toString(), raw: response.headers.raw()['x-a'] };
};
