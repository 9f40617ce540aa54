//: answer: 200 {"headers": {"content-type": ["application/json"]}, "body": "{\"b\":2}"}
//: expect: completed {"ok": true, "status": 200, "text": "OK", "type": "application/json", "body": {"b": 2}}
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/json
//: expect body: {"a":1}
module.exports = async () => {
  const response = await fetch('https://api.example.com/a', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ a: 1 }),
  });
  return {
    ok: response.ok,
    status: response.status,
    text: response.statusText,
    type: response.headers.get('Content-Type'),
    body: await response.json(),
  };
};
