//: expect: completed true
module.exports = (user, context, cb) => {
  cb(null, require('./node_modules/request@2.88.0') === require('request'));
};
