//: expect: failed TypeError: The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received undefined
//: expect property: {"code": "ERR_INVALID_ARG_TYPE"}
module.exports = (user, context) => Buffer.from(context.missing);
