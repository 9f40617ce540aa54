//: expect: completed "module.exports"
module.exports = (user, context, cb) => cb(null, 'module.exports');
