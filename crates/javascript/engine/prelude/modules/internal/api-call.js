'use strict';

// One JSON or form call of an SDK: what the small clients of well-known services share.
const client = require('internal/client');
const { HeaderList } = require('internal/header-list');
const { nextTick } = require('internal/loop');

/**
 * Sends `{method, url, headers, json | form | body, timeoutMs}` and gives `{status, headers, text, data, bytes()}`
 * whatever the status; `data` is the answer read as JSON, or undefined where it is none.
 */
exports.call = async function call({ method = 'GET', url, headers, json, form, body, timeoutMs }) {
  const list = new HeaderList(headers);
  let content = body;
  if (json !== undefined) {
    content = JSON.stringify(json);
    list.setDefault('Content-Type', 'application/json');
  } else if (form !== undefined) {
    content = require('querystring').stringify(form);
    list.setDefault('Content-Type', 'application/x-www-form-urlencoded');
  }
  const answer = await client.sendAsync({
    method,
    url,
    headers: list,
    body: content,
    timeoutMs,
    redirect: { max: client.REDIRECTS_MAX },
  });
  const text = answer.text();
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    data = undefined;
  }
  return {
    status: answer.status,
    statusText: answer.statusText,
    headers: answer.headers,
    text,
    data,
    bytes: () => answer.bytes(),
  };
};

/**
 * Hands a promise's end to a callback, where there is one; what the callback throws is the run's error and no
 * rejection.
 */
exports.withCallback = function withCallback(promise, callback) {
  if (typeof callback !== 'function') return promise;
  promise.then(
    (value) => nextTick(callback, null, value),
    (error) => nextTick(callback, error)
  );
  return promise.catch(() => {});
};
