// The one way out: every HTTP client of the prelude is a layer over `send`. The README beside says what it takes and gives.
'use strict';

const native = require('internal/native');
const loop = require('internal/loop');

const { setPrototypeOf } = Object;

const CODES = {
  blocked: 'EACCES',
  dns: 'ENOTFOUND',
  connect: 'ECONNREFUSED',
  tls: 'EPROTO',
  timeout: 'ETIMEDOUT',
  too_large: 'EMSGSIZE',
  too_many: 'EAGAIN',
  invalid: 'EINVAL',
};

class Response {
  constructor(event) {
    this.status = event.status;
    this.headers = setPrototypeOf(event.headers, null);
    this.body = event.body_base64 === undefined ? event.body : native.base64Decode(event.body_base64);
  }

  text() {
    return typeof this.body === 'string' ? this.body : native.utf8Decode(this.body);
  }

  bytes() {
    return typeof this.body === 'string' ? native.utf8Encode(this.body) : this.body;
  }
}

function failure(event) {
  const { code, message } = event.error;
  const error = new Error(message);
  error.code = CODES[code] || 'EIO';
  error.kind = code;
  return error;
}

exports.send = function (request, callback) {
  const id = loop.startCall(request, (event) => {
    if (event.error) callback(failure(event));
    else callback(null, new Response(event));
  });
  return {
    cancel() {
      loop.stopCall(id);
    },
  };
};
