//: answer: 200
//: expect: completed 200
//: expect request: POST https://api.example.com/a
//: expect header: content-type: application/x-www-form-urlencoded;charset=UTF-8
//: expect header: x-many: 1, 2
//: expect body: a=b+c
module.exports = async () => {
  const headers = new Headers([['X-Many', '1']]);
  headers.append('x-many', '2');
  return (
    await fetch(new URL('https://api.example.com/a'), {
      method: 'post',
      headers,
      body: new URLSearchParams({ a: 'b c' }),
    })
  ).status;
};
