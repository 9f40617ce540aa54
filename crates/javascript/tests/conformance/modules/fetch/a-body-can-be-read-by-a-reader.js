//: answer: 200 {"body": "hello"}
//: answer: 200 {"body": "twice"}
//: answer: 200 {"body": "dropped"}
//: expect: completed {"text": "hello", "locked": [false, true], "both": ["twice", "twice"], "same": true, "cancelled": "Body is unusable: Body has already been read"}
//: expect request: GET https://api.example.com/1
//: expect request: GET https://api.example.com/2
//: expect request: GET https://api.example.com/3
module.exports = async () => {
  const first = await fetch('https://api.example.com/1');
  const locked = [first.body.locked];
  const reader = first.body.getReader();
  locked.push(first.body.locked);
  let text = '';
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    text += Buffer.from(value);
  }
  const second = await fetch('https://api.example.com/2');
  const both = [];
  for (const half of second.body.tee()) for await (const chunk of half) both.push(String(Buffer.from(chunk)));
  const third = await fetch('https://api.example.com/3');
  const same = third.body === third.body;
  await third.body.cancel();
  return { text, locked, both, same, cancelled: await third.text().catch((error) => error.message) };
};
