//: secrets: {"HOOK_URL": "https://chat.example.com/hook"}
//: input: {"user": {"email": "ada@example.com"}}
//: answer: 200 {"body": "ok"}
//: expect: completed
//: expect log: info posted 200
//: expect request: POST https://chat.example.com/hook
//: expect body: {"text":"ada@example.com changed a password"}
const axios = require('axios');

module.exports = async (user, context, cb) => {
  try {
    const response = await axios.post(context.webtask.secrets.HOOK_URL, { text: `${user.email} changed a password` });
    console.log('posted', response.status);
    return cb();
  } catch (error) {
    return cb(error);
  }
};
