//: expect: completed "latest"
'use latest';
'use npm';
module.exports = (user, context, cb) => cb(null, 'latest');
