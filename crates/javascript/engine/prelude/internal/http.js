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

// Of a connection that there was, the host says what became of it.
const CODES_BY_DETAIL = { reset: 'ECONNRESET', protocol: 'EPROTO' };

// What Node says of the same, which scripts look for in messages: the message, and what goes with it. A kind that is not
// here keeps the host's words.
const WORDS = {
  ENOTFOUND: ({ host }) => [`getaddrinfo ENOTFOUND ${host}`, { errno: -3008, syscall: 'getaddrinfo', hostname: host }],
  ECONNREFUSED: ({ host, port }) => [
    `connect ECONNREFUSED ${host}:${port}`,
    { errno: -111, syscall: 'connect', address: host, port },
  ],
  ECONNRESET: () => ['socket hang up', {}],
  ETIMEDOUT: (place, message) => [`read ETIMEDOUT (${message})`, { errno: -110, syscall: 'read' }],
};

const PLACE = /^(https?):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/i;

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

function failure(event, url) {
  const { code: kind, message, detail } = event.error;
  const code = CODES_BY_DETAIL[detail] || CODES[kind] || 'EIO';
  const words = WORDS[code];
  const [said, more] = words === undefined ? [message, {}] : words(placeOf(url), message);
  return Object.assign(new Error(said), { code }, more, { kind });
}

function placeOf(url) {
  const [, scheme = '', host = '', port] = PLACE.exec(url) || [];
  return { host, port: Number(port || (scheme.toLowerCase() === 'https' ? 443 : 80)) };
}

exports.send = function (request, callback) {
  const id = loop.startCall(request, (event) => {
    if (event.error) callback(failure(event, request.url));
    else callback(null, new Response(event));
  });
  return {
    cancel() {
      loop.stopCall(id);
    },
  };
};
