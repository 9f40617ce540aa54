//: expect: completed ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpYXQiOjEsImV4cCI6MzYwMX0.RFSajdL2hxbuoMrggDzZYKXY8An_nmFrnbD6yY0GLjw", {"a": 1, "iat": 1, "exp": 3601}, "jwt expired", "invalid signature"]
module.exports = (user, context, cb) => {
  const jwt = require('jsonwebtoken');
  const token = jwt.sign({ a: 1, iat: 1 }, 's', { expiresIn: '1h' });
  const failure = (secret) => {
    try {
      return jwt.verify(token, secret);
    } catch (error) {
      return error.message;
    }
  };
  cb(null, [token, jwt.verify(token, 's', { ignoreExpiration: true }), failure('s'), failure('x')]);
};
