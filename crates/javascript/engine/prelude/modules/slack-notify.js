'use strict';

// `slack-notify`: require('slack-notify')(webhookUrl) with send, success, alert, note, bug, extend and onError;
// callback or promise.
const { call, withCallback } = require('internal/api-call');

const KINDS = {
  bug: { channel: '#bugs', icon_emoji: ':bomb:', username: 'Bug' },
  alert: { channel: '#alerts', icon_emoji: ':warning:', username: 'Alert' },
  note: { channel: '#alerts', icon_emoji: ':bulb:', username: 'Note' },
  success: { channel: '#alerts', icon_emoji: ':trophy:', username: 'Hoorah' },
};

function payloadOf(options) {
  const given = typeof options === 'string' ? { text: options } : options || {};
  const payload = Object.assign({ username: 'Robot', text: '', icon_emoji: ':bell:' }, given);
  if (given.icon_url && !given.icon_emoji) delete payload.icon_emoji;
  if (given.fields) {
    delete payload.fields;
    const fields = Object.keys(given.fields).map((title) => ({
      title,
      value: given.fields[title],
      short: String(given.fields[title]).length < 25,
    }));
    payload.attachments = [{ fallback: 'Alert details', fields }].concat(given.attachments || []);
  }
  return payload;
}

module.exports = function slackNotify(url) {
  if (!url) throw new Error('slack-notify: the URL of an incoming webhook is missing');

  async function post(payload) {
    const answer = await call({ method: 'POST', url, form: { payload: JSON.stringify(payload) } });
    if (answer.text !== 'ok') throw new Error(answer.text || 'Slack answered ' + answer.status);
    return answer.text;
  }

  const slack = {
    request: (payload, callback) => withCallback(post(payload), callback),

    send(options, callback) {
      const promise = post(payloadOf(options));
      // Without a callback a message that Slack refuses goes to onError, as in the package: it does not fail the run.
      if (!callback) promise.catch((error) => slack.onError(error));
      return withCallback(promise, callback);
    },

    extend: (defaults) => (options, callback) =>
      slack.send(Object.assign({}, defaults, typeof options === 'string' ? { text: options } : options), callback),

    onError: (error) => console.error('slack-notify: ' + error.message),
  };
  for (const kind of Object.keys(KINDS)) slack[kind] = slack.extend(KINDS[kind]);
  return slack;
};
module.exports.default = module.exports;
