'use strict';

// `fetch`, `Request`, `Response`, `Headers`, `FormData`. Bodies are complete before the promise settles; `body` is a
// stream of one piece.
const client = require('internal/client');
const native = require('internal/native');
const { Buffer } = require('buffer');
const multipart = require('internal/multipart');
const { Headers, headersOfAnswer, addTo } = require('internal/web-headers');
const { HeaderList } = require('internal/header-list');
const { ReadableStream } = require('internal/body-stream');
const { FormData, partsOfForm } = require('internal/web-form-data');
const { Blob, bytesOfBlob } = require('internal/blob');
const { URL, URLSearchParams } = require('internal/url');
const { AbortController, onAbort } = require('internal/abort');
const { unsupported } = require('internal/coded-error');

const CONTENT = Symbol('content');
/** The method that makes of what reads the bytes what `body` is. */
const STREAM_OF = Symbol('stream of');

/** What `text()`, `json()` and the others read; a body is read once. */
class Body {
  get bodyUsed() {
    return this[CONTENT].used;
  }
  get body() {
    const content = this[CONTENT];
    if (content.data === null) return null;
    if (!content.stream) content.stream = this[STREAM_OF](() => take(this, true));
    return content.stream;
  }
  [STREAM_OF](read) {
    return new ReadableStream(read);
  }
  async text() {
    return take(this).replace(/^\ufeff/, '');
  }
  async json() {
    return JSON.parse(take(this).replace(/^\ufeff/, ''));
  }
  async bytes() {
    return take(this, true);
  }
  async arrayBuffer() {
    const bytes = take(this, true);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }
  async blob() {
    return new Blob([take(this, true)], { type: this.headers.get('content-type') || '' });
  }
  async formData() {
    const type = this.headers.get('content-type') || '';
    if (!type.startsWith('application/x-www-form-urlencoded')) {
      throw unsupported('formData() of a body of type "' + type + '"', 'read it with text()');
    }
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(take(this))) form.append(name, value);
    return form;
  }
  async buffer() {
    return Buffer.from(take(this, true));
  }
}

/** The content as text, or as bytes. */
function take(owner, asBytes) {
  const content = owner[CONTENT];
  if (content.used) throw new TypeError('Body is unusable: Body has already been read');
  content.used = content.data !== null;
  const { data } = content;
  if (data === null) return asBytes ? new Uint8Array(0) : '';
  if (asBytes) return typeof data === 'string' ? native.utf8Encode(data) : data;
  return typeof data === 'string' ? data : native.utf8Decode(data);
}

/** Text or bytes for a body, and the content type it brings. */
function readBody(body) {
  if (body === undefined || body === null) return { data: null };
  if (body instanceof URLSearchParams) {
    return { data: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (body instanceof FormData) {
    const boundary = multipart.boundary();
    return { data: multipart.encode(partsOfForm(body), boundary), type: 'multipart/form-data; boundary=' + boundary };
  }
  if (typeof body === 'object' && typeof body.getBuffer === 'function' && typeof body.getHeaders === 'function') {
    return { data: body.getBuffer(), type: body.getHeaders()['content-type'] };
  }
  if (body instanceof Blob) return { data: bytesOfBlob(body), type: body.type || undefined };
  if (body instanceof ArrayBuffer) return { data: new Uint8Array(body) };
  if (ArrayBuffer.isView(body)) return { data: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
  if (typeof body === 'object' && (typeof body.pipe === 'function' || typeof body.getReader === 'function')) {
    throw unsupported('fetch: a stream as the body', 'give a string or bytes');
  }
  return { data: String(body), type: 'text/plain;charset=UTF-8' };
}

function setContent(owner, data) {
  Object.defineProperty(owner, CONTENT, { value: { data, used: false } });
}

class Request extends Body {
  constructor(input, init = {}) {
    super();
    const source = input instanceof Request ? input : null;
    this.url = source ? source.url : addressOf(input);
    this.method = String(init.method || (source ? source.method : 'GET'));
    if (/^(delete|get|head|options|post|put|patch)$/i.test(this.method)) this.method = this.method.toUpperCase();
    this.headers = new Headers(init.headers || (source ? source.headers : undefined));
    this.redirect = init.redirect || (source ? source.redirect : 'follow');
    if (init.signal || (source && source.ownSignal)) {
      Object.defineProperty(this, 'ownSignal', { value: init.signal || source.ownSignal });
    }
    const given = init.body === undefined && source ? { data: source[CONTENT].data } : readBody(init.body);
    if (given.data !== null && (this.method === 'GET' || this.method === 'HEAD')) {
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    }
    if (given.type && !this.headers.has('content-type')) this.headers.set('content-type', given.type);
    setContent(this, given.data);
  }
  get signal() {
    return this.ownSignal || new AbortController().signal;
  }
  clone() {
    return new Request(this);
  }
  get [Symbol.toStringTag]() {
    return 'Request';
  }
}

function addressOf(input) {
  const text = String(input && input.href ? input.href : input);
  let url;
  try {
    url = new URL(text);
  } catch (error) {
    throw Object.assign(new TypeError('Failed to parse URL from ' + text), { cause: error });
  }
  return url.href;
}

class Response extends Body {
  constructor(body, init = {}) {
    super();
    const status = init.status === undefined ? 200 : Number(init.status);
    if (!(status >= 200 && status <= 599)) {
      throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
    }
    const given = readBody(body);
    this.status = status;
    this.statusText = init.statusText === undefined ? '' : String(init.statusText);
    this.ok = status >= 200 && status < 300;
    this.headers = new Headers(init.headers);
    this.url = '';
    this.redirected = false;
    this.type = 'default';
    if (given.type && !this.headers.has('content-type')) this.headers.set('content-type', given.type);
    setContent(this, given.data);
  }
  clone() {
    if (this.bodyUsed) throw new TypeError('Response.clone: Body has already been consumed.');
    const copy = new this.constructor(this[CONTENT].data, this);
    return Object.assign(copy, { url: this.url, redirected: this.redirected, type: this.type });
  }
  static json(value, init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(JSON.stringify(value), Object.assign({}, init, { headers }));
  }
  static error() {
    return Object.assign(new Response(null), { status: 0, ok: false, type: 'error' });
  }
  static redirect(url, status = 302) {
    return new Response(null, { status, headers: { location: addressOf(url) } });
  }
  get [Symbol.toStringTag]() {
    return 'Response';
  }
}

/**
 * `fetch` under the given rules: `userAgent`, `wrap(error, url)` for failures, `redirectsMax`, `timeoutMs`, and the class
 * of the answer, a `Response`.
 */
function perform(request, rules) {
  const headers = addTo(new HeaderList(), request.headers);
  headers.setDefault('accept', '*/*').setDefault('user-agent', rules.userAgent);
  return new Promise((resolve, reject) => {
    const signal = request.ownSignal;
    if (signal && signal.aborted) return reject(signal.reason);
    let release = () => {};
    const redirect = request.redirect === 'follow' && rules.redirectsMax > 0 ? { max: rules.redirectsMax } : undefined;
    const call = client.send(
      {
        method: request.method,
        url: request.url.replace(/#.*$/, ''),
        headers,
        body: request[CONTENT].data === null ? undefined : request[CONTENT].data,
        timeoutMs: rules.timeoutMs,
        redirect,
      },
      (error, answer) => {
        release();
        if (error) return reject(rules.wrap(error, request.url));
        if (request.redirect === 'error' && [301, 302, 303, 307, 308].includes(answer.status)) {
          return reject(rules.wrap(new Error('unexpected redirect'), request.url));
        }
        resolve(responseOf(answer, rules.Response || Response));
      }
    );
    release = onAbort(signal, (reason) => {
      call.abort();
      reject(reason);
    });
  });
}

function responseOf(answer, Class) {
  const bare = answer.status === 204 || answer.status === 304 || answer.status < 200;
  const response = new Class(null, {
    status: answer.status < 200 ? 200 : answer.status,
    statusText: answer.statusText,
  });
  response.headers = headersOfAnswer(answer.headers);
  response[CONTENT].data = bare ? null : answer.body;
  return Object.assign(response, {
    url: answer.url,
    redirected: answer.redirects.length > 0,
    type: 'basic',
    status: answer.status,
  });
}

/** What breaks a connection has a name of its own here. */
function causeOf(error) {
  if (error.code !== 'ECONNRESET') return error;
  return Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' });
}

async function fetch(input, init) {
  return perform(new Request(input, init), {
    userAgent: 'node',
    redirectsMax: client.REDIRECTS_MAX,
    wrap: (error) => Object.assign(new TypeError('fetch failed'), { cause: causeOf(error) }),
  });
}

module.exports = { fetch, perform, Request, Response, Headers, FormData, STREAM_OF };
