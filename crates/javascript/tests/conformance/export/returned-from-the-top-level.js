//: expect: completed "returned"
return function (user, context, cb) {
  cb(null, 'returned');
};
