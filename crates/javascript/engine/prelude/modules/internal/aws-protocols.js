'use strict';

// How the operations of AWS look on the wire: the query protocol (forms out, XML back), the JSON protocol, and Lambda's
// REST calls. A protocol is `{request(params) → {method, path, query, headers, body}, response(answer) → data,
// error(answer) → {code, message}}`.
const native = require('internal/native');
const percent = require('internal/percent');
const { Buffer } = require('buffer');

const UNRESERVED = /[^A-Za-z0-9\-._~]+/g;
// What the service takes as bytes: a text there is read as UTF-8.
const BYTES = /^RawMessage\.Data$|\.BinaryValue$/;
const escape = (text) => percent.encode(String(text), UNRESERVED);
const text64 = (value) => native.base64Encode(typeof value === 'string' ? value : new Uint8Array(value));

/** Lists as `Name.member.1`, maps as `Name.entry.1.Name` and `.Value`. */
function flatten(form, name, value) {
  if (value === undefined || value === null) return;
  const isBytes = value instanceof Uint8Array || value instanceof ArrayBuffer;
  if (isBytes || (typeof value === 'string' && BYTES.test(name))) form.push([name, text64(value)]);
  else if (value instanceof Date) form.push([name, value.toISOString()]);
  else if (Array.isArray(value)) value.forEach((item, i) => flatten(form, name + '.member.' + (i + 1), item));
  else if (typeof value === 'object' && /Attributes$/.test(name)) {
    Object.keys(value).forEach((key, i) => {
      form.push([name + '.entry.' + (i + 1) + '.Name', key]);
      flatten(form, name + '.entry.' + (i + 1) + '.Value', value[key]);
    });
  } else if (typeof value === 'object') {
    Object.keys(value).forEach((key) => flatten(form, name + '.' + key, value[key]));
  } else form.push([name, String(value)]);
}

/** The text of the first such element, with the five named entities read. */
function element(xml, name) {
  const match = new RegExp('<' + name + '>([^<]*)</' + name + '>').exec(xml);
  const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return match ? match[1].replace(/&(amp|lt|gt|quot|apos);/g, (all, entity) => ENTITIES[entity]) : undefined;
}

/** The query protocol; `results` names the elements of the answer that become its data. */
exports.query = (action, version, results) => ({
  request(params) {
    const form = [
      ['Action', action],
      ['Version', version],
    ];
    for (const name of Object.keys(params)) flatten(form, name, params[name]);
    const body = form.map(([name, value]) => escape(name) + '=' + escape(value)).join('&');
    return {
      method: 'POST',
      path: '/',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    };
  },
  response(answer) {
    const data = { ResponseMetadata: { RequestId: element(answer.text, 'RequestId') } };
    for (const name of results) {
      const value = element(answer.text, name);
      if (value !== undefined) data[name] = value;
    }
    return data;
  },
  error: (answer) => ({
    code: element(answer.text, 'Code'),
    message: element(answer.text, 'Message'),
    requestId: element(answer.text, 'RequestId'),
  }),
});

/** The JSON protocol; dates become seconds since 1970. */
exports.json = (target, version = '1.1') => ({
  request(params) {
    const body = JSON.stringify(params, function (key, value) {
      return this[key] instanceof Date ? this[key].getTime() / 1000 : value;
    });
    return {
      method: 'POST',
      path: '/',
      headers: { 'Content-Type': 'application/x-amz-json-' + version, 'X-Amz-Target': target },
      body,
    };
  },
  response: (answer) => answer.data || {},
  error: jsonError,
});

function jsonError(answer) {
  const data = answer.data || {};
  const type = (answer.headers['x-amzn-errortype'] || [])[0] || data.__type || data.code;
  return {
    code: type && String(type).split(':')[0].replace(/^.*#/, ''),
    message: data.message || data.Message || data.errorMessage,
  };
}

/** Lambda's Invoke. */
exports.lambdaInvoke = {
  request(params) {
    const headers = { 'Content-Type': 'binary/octet-stream' };
    for (const [header, name] of [
      ['X-Amz-Invocation-Type', 'InvocationType'],
      ['X-Amz-Log-Type', 'LogType'],
      ['X-Amz-Client-Context', 'ClientContext'],
    ]) {
      if (params[name] !== undefined) headers[header] = params[name];
    }
    return {
      method: 'POST',
      path: '/2015-03-31/functions/' + escape(params.FunctionName) + '/invocations',
      query: params.Qualifier === undefined ? '' : 'Qualifier=' + escape(params.Qualifier),
      headers,
      body:
        params.Payload === undefined
          ? ''
          : typeof params.Payload === 'string'
            ? params.Payload
            : Buffer.from(params.Payload),
    };
  },
  response(answer) {
    const data = { StatusCode: answer.status, Payload: answer.text };
    for (const [name, header] of [
      ['FunctionError', 'x-amz-function-error'],
      ['LogResult', 'x-amz-log-result'],
      ['ExecutedVersion', 'x-amz-executed-version'],
    ]) {
      if (answer.headers[header]) data[name] = answer.headers[header][0];
    }
    return data;
  },
  error: jsonError,
};
