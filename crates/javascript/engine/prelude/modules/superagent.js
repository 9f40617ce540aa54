'use strict';

// `superagent` in its simple forms: superagent.get/post/put/patch/delete/del/head(url, data?, callback?) with set,
// auth, query, send, type, accept, field, attach (bytes), timeout, redirects, ok, retry(0), buffer, responseType, end,
// then, catch. Agents with cookies and streams are not built in.
const client = require('internal/client');
const nested = require('qs');
const multipart = require('internal/multipart');
const { HeaderList, basic, joined } = require('internal/header-list');
const { Buffer } = require('buffer');
const { unsupported } = require('internal/coded-error');

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  'form-data': 'multipart/form-data',
  text: 'text/plain',
  html: 'text/html',
  xml: 'text/xml',
  urlencoded: 'application/x-www-form-urlencoded',
};

class Request {
  constructor(method, url) {
    this.method = method;
    this.url = String(url);
    Object.defineProperty(this, 'state', {
      value: {
        headers: new HeaderList({ 'User-Agent': 'node-superagent' }),
        query: [],
        data: undefined,
        parts: [],
        redirects: 5,
        timeoutMs: undefined,
        ok: (response) => response.status >= 200 && response.status < 300,
      },
    });
  }

  set(name, value) {
    if (typeof name === 'object') this.state.headers.assign(name);
    else this.state.headers.set(name, value);
    return this;
  }
  get(name) {
    return this.state.headers.get(name);
  }
  getHeader(name) {
    return this.get(name);
  }
  unset(name) {
    this.state.headers.delete(name);
    return this;
  }
  type(value) {
    return this.set('Content-Type', TYPES[value] || value);
  }
  accept(value) {
    return this.set('Accept', TYPES[value] || value);
  }
  auth(user, password, options) {
    const bearer = (options && options.type === 'bearer') || (password && password.type === 'bearer');
    return this.set(
      'Authorization',
      bearer ? 'Bearer ' + user : basic(user, typeof password === 'string' ? password : '')
    );
  }
  query(value) {
    const text = typeof value === 'string' ? value : nested.stringify(value, { arrayFormat: 'repeat' });
    if (text) this.state.query.push(text);
    return this;
  }
  send(data) {
    const { state } = this;
    if (data !== null && typeof data === 'object' && !(data instanceof Uint8Array) && !Array.isArray(data)) {
      state.data = Object.assign(state.data !== null && typeof state.data === 'object' ? state.data : {}, data);
    } else if (typeof data === 'string' && typeof state.data === 'string') {
      const form = (state.headers.get('content-type') || TYPES.form).startsWith(TYPES.form);
      state.data += (form ? '&' : '') + data;
    } else {
      state.data = data;
    }
    return this;
  }
  field(name, value) {
    const fields = typeof name === 'object' ? name : { [name]: value };
    this.state.parts.push(...multipart.partsOf(fields));
    return this;
  }
  attach(name, value, options) {
    if (typeof value === 'string') {
      throw unsupported('superagent: attach with a path', 'there is no file system; give a Buffer');
    }
    this.state.parts.push({
      name,
      value,
      filename: typeof options === 'string' ? options : (options && options.filename) || 'file',
      contentType: options && options.contentType,
    });
    return this;
  }
  timeout(value) {
    const { deadline, response } = value !== null && typeof value === 'object' ? value : { deadline: value };
    this.state.timeoutMs = deadline && response ? Math.min(deadline, response) : deadline || response;
    this.state.timeoutIsForResponse = this.state.timeoutMs !== deadline;
    return this;
  }
  redirects(count) {
    this.state.redirects = count;
    return this;
  }
  ok(test) {
    this.state.ok = test;
    return this;
  }
  retry(count) {
    if (count === undefined || count > 0) {
      throw unsupported('superagent: retry', 'leave it out; Hookbox tries a failed hook again by itself');
    }
    return this;
  }
  responseType(kind) {
    this.state.responseType = kind;
    return this;
  }
  use(plugin) {
    plugin(this);
    return this;
  }
  buffer() {
    return this;
  }
  withCredentials() {
    return this;
  }
  pipe() {
    throw unsupported('superagent: pipe', 'use end or then; bodies arrive in one piece');
  }
  abort() {
    this.aborted = true;
    if (this.call) this.call.abort();
    return this;
  }

  end(callback) {
    const { state } = this;
    const { headers } = state;
    const body = this.serialize();
    const url = state.query.length ? this.url + (this.url.includes('?') ? '&' : '?') + state.query.join('&') : this.url;
    const redirect = {
      max: state.redirects,
      method: (status, known) => (status === 307 || status === 308 || known === 'HEAD' ? known : 'GET'),
    };
    this.call = client.send(
      {
        method: this.method,
        url,
        headers,
        body,
        timeoutMs: state.timeoutMs,
        redirect: state.redirects > 0 ? redirect : undefined,
      },
      (error, answer) => {
        if (error) return callback(error.code === 'ETIMEDOUT' && state.timeoutMs ? timeoutError(state) : error);
        let response;
        try {
          response = responseOf(answer, this);
        } catch (unreadable) {
          const rawResponse = answer.text() || null;
          return callback(Object.assign(unreadable, { rawResponse, statusCode: answer.status }));
        }
        callback(state.ok(response) ? null : failure(response), response);
      }
    );
    return this;
  }

  serialize() {
    const { headers, parts, data } = this.state;
    if (parts.length) {
      const boundary = multipart.boundary();
      headers.set('Content-Type', 'multipart/form-data; boundary=' + boundary);
      return multipart.encode(parts, boundary);
    }
    if (data === undefined || data === null || this.method === 'HEAD') return undefined;
    if (typeof data === 'string') {
      headers.setDefault('Content-Type', TYPES.form);
      return data;
    }
    if (data instanceof Uint8Array) return data;
    headers.setDefault('Content-Type', TYPES.json);
    return String(headers.get('content-type')).startsWith(TYPES.form) ? nested.stringify(data) : JSON.stringify(data);
  }

  then(onValue, onError) {
    if (!this.promise) {
      const promise = new Promise((resolve, reject) =>
        this.end((error, response) => (error ? reject(error) : resolve(response)))
      );
      Object.defineProperty(this, 'promise', { value: promise });
    }
    return this.promise.then(onValue, onError);
  }
  catch(onError) {
    return this.then(undefined, onError);
  }
  finally(onSettled) {
    return this.then(
      (value) => Promise.resolve(onSettled()).then(() => value),
      (error) =>
        Promise.resolve(onSettled()).then(() => {
          throw error;
        })
    );
  }
  toJSON() {
    return { method: this.method, url: this.url, data: this.state.data, headers: this.state.headers.toObject() };
  }
}

function responseOf(answer, request) {
  const type = ((answer.headers['content-type'] || [''])[0] || '').split(';')[0].trim();
  const text = answer.text();
  let body = {};
  if (request.state.responseType || /^(image|audio|video)\/|application\/(octet-stream|pdf|zip)$/.test(type)) {
    body = Buffer.from(answer.bytes());
  } else if (/[/+]json$/.test(type)) body = text === '' ? null : JSON.parse(text);
  else if (type === TYPES.form) body = nested.parse(text);
  const status = answer.status;
  const response = {
    status,
    statusCode: status,
    statusType: Math.floor(status / 100),
    type,
    text,
    body,
    headers: joined(answer.headers),
    redirects: answer.redirects,
  };
  Object.assign(response, {
    ok: status >= 200 && status < 300,
    info: status < 200,
    clientError: status >= 400 && status < 500,
    serverError: status >= 500,
    error: status >= 400 ? failure(response) : false,
    noContent: status === 204,
    badRequest: status === 400,
    unauthorized: status === 401,
    forbidden: status === 403,
    notFound: status === 404,
  });
  response.header = response.headers;
  Object.defineProperty(response, 'get', { value: (name) => response.headers[String(name).toLowerCase()] });
  Object.defineProperty(response, 'toJSON', {
    value: () => ({ req: request.toJSON(), header: response.headers, status, text }),
  });
  return response;
}

function timeoutError({ timeoutMs, timeoutIsForResponse }) {
  const what = timeoutIsForResponse ? 'Response timeout' : 'Timeout';
  return Object.assign(new Error(what + ' of ' + timeoutMs + 'ms exceeded'), {
    timeout: timeoutMs,
    code: 'ECONNABORTED',
    errno: timeoutIsForResponse ? 'ETIMEDOUT' : 'ETIME',
  });
}

function failure(response) {
  const error = new Error(require('internal/status-codes')[response.status] || 'Unsuccessful HTTP response');
  return Object.assign(error, { status: response.status, response });
}

const superagent = (method, url) =>
  url === undefined || typeof url === 'function'
    ? new Request('GET', method)
    : new Request(String(method).toUpperCase(), url);
for (const name of ['get', 'head', 'post', 'put', 'patch', 'delete', 'del', 'options']) {
  superagent[name] = function (url, data, callback) {
    const request = new Request(name === 'del' ? 'DELETE' : name.toUpperCase(), url);
    if (typeof data === 'function') [data, callback] = [undefined, data];
    if (data !== undefined && data !== null) {
      name === 'get' || name === 'head' ? request.query(data) : request.send(data);
    }
    return callback ? request.end(callback) : request;
  };
}
superagent.agent = () => {
  throw unsupported('superagent.agent', 'send a Cookie header (nothing is kept between runs)');
};
superagent.Request = Request;

module.exports = superagent;
