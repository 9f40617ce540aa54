//: expect: completed "text"
module.exports = (user, context, cb) => cb(null, 'text');
