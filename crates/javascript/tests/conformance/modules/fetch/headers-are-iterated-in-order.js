//: expect: completed [["a", "1, 3"], ["b", "2"], ["set-cookie", "x"], ["set-cookie", "y"]]
module.exports = (user, context, cb) => {
  const headers = new Headers({ B: '2', A: '1' });
  headers.append('a', '3');
  headers.append('Set-Cookie', 'x');
  headers.append('Set-Cookie', 'y');
  cb(null, Array.from(headers));
};
