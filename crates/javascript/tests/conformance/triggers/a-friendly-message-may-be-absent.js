//: trigger: send-phone-message
//: expect: failed SendPhoneMessageError: no network
//: expect property: {"friendlyMessage":"no network"}
module.exports = function (recipient, text, context, cb) {
  cb(new SendPhoneMessageError('no network'));
};
