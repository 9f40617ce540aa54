//: expect: completed ["/a/c", "c.txt", ".txt", "/b/d", "../d"]
module.exports = (user, context, cb) => {
  const path = require('path');
  cb(null, [
    path.join('/a', 'b', '..', 'c'),
    path.basename('/a/c.txt'),
    path.extname('c.txt'),
    path.resolve('/a', '/b', 'd'),
    path.relative('/a/b', '/a/d'),
  ]);
};
