//: expect: failed Error: Unable to compile the extensibility code as javascript: Error: Cannot find module 'left-pad'…
//: expect property: {"code":"MODULE_NOT_FOUND"}
//: expect stack: at hook.js:4:17
const leftPad = require('left-pad');
module.exports = (user, context, cb) => cb(null, leftPad('x', 3));
