//: trigger: send-phone-message
//: input: {"recipient": "+15550100", "text": "your code"}
//: expect: completed {"MessageID":"+15550100/your code"}
module.exports = function (recipient, text, context, cb) {
  cb(null, { MessageID: `${recipient}/${text}` });
};
