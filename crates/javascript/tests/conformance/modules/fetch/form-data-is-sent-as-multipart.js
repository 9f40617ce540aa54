//: answer: 200
//: expect: completed "multipart/form-data; boundary=…"
//: expect request: POST https://api.example.com/a
module.exports = async () => {
  const form = new FormData();
  form.append('a', 'b');
  const request = new Request('https://api.example.com/a', { method: 'POST', body: form });
  await fetch(request);
  return request.headers.get('content-type').replace(/boundary=-+[0-9a-f]+$/, 'boundary=…');
};
