const axios = require('axios');

module.exports = async function (user, context, cb) {
  try {
    const headers = { Authorization: `Bearer ${context.webtask.secrets.API_KEY}` };
    const { data } = await axios.post('https://api.example.com/v3/mail', { email: user.email }, { headers });
    cb(null, data);
  } catch (error) {
    cb(error);
  }
};
