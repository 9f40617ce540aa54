//: expect: completed ["日本","é",4,"😀"]
module.exports = function (user, context, cb) {
  const 名 = '日本';
  cb(null, [名, 'e\u0301'.normalize('NFC'), '日本😀'.length, [...'😀'][0]]);
};
