//: expect: failed Error: Unable to compile the extensibility code as javascript: ReferenceError: undefinedThing is not defined
//: expect stack: at hook.js:5:1
//: expect property: {"error_description":"ReferenceError: undefinedThing is not defined"}
const fine = 1;
undefinedThing.start();
module.exports = (user, context, cb) => cb();
