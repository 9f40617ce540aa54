//: expect: no compilation 2:10 function name expected
function (user, context, cb) { cb(); }
