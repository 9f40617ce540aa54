const crypto = require('crypto');
const _ = require('lodash');

module.exports = async (user, context) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  const signature = crypto.createHmac('sha256', context.webtask.secrets.API_KEY).update(user.id).digest('hex');
  return { signature, names: _.map([user], 'username').filter((name) => /^a/i.test(name)) };
};
