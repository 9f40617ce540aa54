'use strict';

// AWS Signature Version 4, for headers (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
const native = require('internal/native');
const percent = require('internal/percent');

const UNRESERVED = /[^A-Za-z0-9\-._~]+/g;
const UNSIGNED = [
  'authorization',
  'content-type',
  'content-length',
  'user-agent',
  'expect',
  'x-amzn-trace-id',
  'presigned-expires',
];

const sha256 = (data) => native.hexEncode(native.hash('sha256', data));

/** `20150830T123600Z`. */
exports.timestamp = (date) => date.toISOString().replace(/[:-]|\.\d{3}/g, '');

/** Each segment percent-encoded once more, except for S3. */
function canonicalPath(path, service) {
  const encoded =
    service === 's3'
      ? path
      : path
          .split('/')
          .map((part) => percent.encode(part, UNRESERVED))
          .join('/');
  return encoded === '' ? '/' : encoded;
}

function canonicalQuery(query) {
  if (!query) return '';
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [name, value].map((text) => percent.encode(percent.decodeToText(text), UNRESERVED)).join('=');
    })
    .sort()
    .join('&');
}

/**
 * The value of `Authorization` for `{method, path, query, headers, body}`; `headers` is a plain object that holds
 * `host` and `x-amz-date`.
 */
exports.authorization = function authorization(request, { accessKeyId, secretAccessKey }, region, service) {
  const headers = Object.keys(request.headers)
    .map((name) => [name.toLowerCase(), String(request.headers[name]).trim().replace(/\s+/g, ' ')])
    .filter(([name]) => !UNSIGNED.includes(name))
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const signedHeaders = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.query),
    headers.map(([name, value]) => name + ':' + value + '\n').join(''),
    signedHeaders,
    sha256(request.body || ''),
  ].join('\n');
  const time = headers.find(([name]) => name === 'x-amz-date')[1];
  const scope = [time.slice(0, 8), region, service, 'aws4_request'].join('/');
  let key = 'AWS4' + secretAccessKey;
  for (const part of scope.split('/')) key = native.hmac('sha256', key, part);
  const signature = native.hexEncode(
    native.hmac('sha256', key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'))
  );
  return (
    'AWS4-HMAC-SHA256 Credential=' +
    accessKeyId +
    '/' +
    scope +
    ', SignedHeaders=' +
    signedHeaders +
    ', Signature=' +
    signature
  );
};
