//: trigger: pre-user-registration
//: expect: failed PreUserRegistrationError: for the log
//: expect property: {"friendlyMessage":"for the user"}
module.exports = function (user, context, cb) {
  cb(new PreUserRegistrationError('for the log', 'for the user'));
};
