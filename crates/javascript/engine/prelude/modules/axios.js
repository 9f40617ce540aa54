'use strict';

// `axios`: axios(config | url, config?), request, get, delete, head, options, post, put, patch,
// postForm/putForm/patchForm, getUri, create, defaults, interceptors, CancelToken, isCancel, isAxiosError, AxiosError,
// AxiosHeaders, all, spread; `default` is the same thing. Configuration: url, baseURL, method, headers, params,
// paramsSerializer, data, auth, timeout, responseType (json, text, arraybuffer, stream, blob), validateStatus,
// transformRequest, transformResponse, maxRedirects (at most 5), maxContentLength, maxBodyLength, cancelToken, signal,
// adapter (a function). What it sends is what versions 0.x send, with which hooks were written; its errors are those of
// 1.x.
const send = require('internal/axios-send');
const transform = require('internal/axios-transform');
const { AxiosError, CanceledError } = require('internal/axios-errors');
const { AxiosHeaders } = require('internal/axios-headers');
const { CancelToken, isCancel } = require('internal/axios-cancel');
const { combine, withParams } = require('internal/axios-url');
const { HeaderList } = require('internal/header-list');
const { unsupported } = require('internal/coded-error');

const BODYLESS = ['delete', 'get', 'head', 'options'];
const WITH_BODY = ['post', 'put', 'patch'];
const HEADER_GROUPS = ['common'].concat(BODYLESS, WITH_BODY);

function initialDefaults() {
  const headers = { common: { Accept: 'application/json, text/plain, */*', 'User-Agent': 'axios' } };
  for (const method of HEADER_GROUPS.slice(1)) headers[method] = {};
  return {
    timeout: 0,
    maxContentLength: -1,
    maxBodyLength: -1,
    headers,
    transformRequest: [transform.request],
    transformResponse: [transform.response],
    validateStatus: (status) => status >= 200 && status < 300,
  };
}

/** `config` over `defaults`: objects are merged, everything else is replaced. */
function merge(defaults, config) {
  const merged = Object.assign({}, defaults);
  for (const key of Object.keys(config)) {
    if (config[key] === undefined) continue;
    const both = isPlain(merged[key]) && isPlain(config[key]);
    merged[key] = both ? mergeDeep(merged[key], config[key]) : config[key];
  }
  return merged;
}

function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || prototype === AxiosHeaders.prototype;
}

function mergeDeep(a, b) {
  const merged = Object.assign({}, a);
  for (const key of Object.keys(b)) {
    merged[key] = isPlain(merged[key]) && isPlain(b[key]) ? mergeDeep(merged[key], b[key]) : b[key];
  }
  return merged;
}

function flatHeaders(headers, method) {
  const list = new HeaderList(headers.common).assign(headers[method]);
  const type = list.get('content-type');
  for (const name of Object.keys(headers)) {
    if (!(HEADER_GROUPS.includes(name) && isPlain(headers[name]))) {
      if (headers[name] === false || headers[name] === null) list.delete(name);
      else if (typeof headers[name] !== 'function') list.set(name, headers[name]);
    }
  }
  const flat = new AxiosHeaders(list.toObject());
  const isDefault = type !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (isDefault) flat.noteDefaultType(type);
  return flat;
}

class InterceptorManager {
  constructor() {
    this.handlers = [];
  }
  use(fulfilled, rejected, options) {
    this.handlers.push({ fulfilled, rejected, runWhen: options && options.runWhen });
    return this.handlers.length - 1;
  }
  eject(id) {
    if (this.handlers[id]) this.handlers[id] = null;
  }
  clear() {
    this.handlers = [];
  }
}

class Axios {
  constructor(defaults) {
    this.defaults = defaults;
    this.interceptors = { request: new InterceptorManager(), response: new InterceptorManager() };
  }

  request(configOrUrl, config) {
    const given = typeof configOrUrl === 'string' ? Object.assign({}, config, { url: configOrUrl }) : configOrUrl || {};
    const merged = merge(this.defaults, given);
    merged.url = merged.url instanceof URL ? merged.url.href : merged.url;
    merged.method = (merged.method || 'get').toLowerCase();
    merged.headers = flatHeaders(merged.headers || {}, merged.method);
    let promise = Promise.resolve(merged);
    for (const handler of this.interceptors.request.handlers.slice().reverse()) {
      if (handler && (!handler.runWhen || handler.runWhen(merged))) {
        promise = promise.then(handler.fulfilled, handler.rejected);
      }
    }
    promise = promise.then(dispatch);
    for (const handler of this.interceptors.response.handlers) {
      if (handler) promise = promise.then(handler.fulfilled, handler.rejected);
    }
    return promise;
  }

  getUri(config) {
    const merged = merge(this.defaults, config || {});
    return withParams(combine(merged.baseURL, merged.url || ''), merged.params, merged.paramsSerializer);
  }
}

for (const method of BODYLESS) {
  Axios.prototype[method] = function (url, config) {
    return this.request(Object.assign({}, config, { method, url }));
  };
}
for (const method of WITH_BODY) {
  Axios.prototype[method] = function (url, data, config) {
    return this.request(Object.assign({}, config, { method, url, data }));
  };
  Axios.prototype[method + 'Form'] = function (url, data, config) {
    const headers = Object.assign({}, config && config.headers, { 'Content-Type': 'multipart/form-data' });
    return this.request(Object.assign({}, config, { method, url, data, headers }));
  };
}

async function dispatch(config) {
  throwIfCanceled(config);
  const headers = AxiosHeaders.from(config.headers);
  const type = headers.takeDefaultType();
  let data = config.data;
  for (const step of [].concat(config.transformRequest || [])) data = step.call(config, data, headers);
  if (type !== undefined) headers.setContentType(type, false);
  else if (WITH_BODY.includes(config.method)) headers.setContentType('application/x-www-form-urlencoded', false);
  const final = Object.assign({}, config, { headers, data });
  if (
    typeof config.adapter !== 'function' &&
    config.adapter !== undefined &&
    !['http', 'xhr', 'fetch'].includes([].concat(config.adapter)[0])
  ) {
    throw unsupported('axios: the option `adapter`', 'give a function or leave it out');
  }
  try {
    const response = await (typeof config.adapter === 'function' ? config.adapter : send)(final);
    throwIfCanceled(config);
    return transformed(response, final);
  } catch (error) {
    if (error && error.response && !isCancel(error)) transformed(error.response, final);
    throw error;
  }
}

function transformed(response, config) {
  for (const step of [].concat(config.transformResponse || [])) {
    response.data = step.call(config, response.data, response.headers, response.status);
  }
  return response;
}

function throwIfCanceled(config) {
  if (config.cancelToken) config.cancelToken.throwIfRequested();
  if (config.signal && config.signal.aborted) throw new CanceledError(undefined, config);
}

/** A callable instance whose methods need no `this`. */
function createInstance(defaults) {
  const context = new Axios(defaults);
  const instance = function axios(configOrUrl, config) {
    return context.request(configOrUrl, config);
  };
  for (const name of Object.getOwnPropertyNames(Axios.prototype)) {
    if (name !== 'constructor') instance[name] = Axios.prototype[name].bind(context);
  }
  instance.interceptors = context.interceptors;
  Object.defineProperty(instance, 'defaults', {
    get: () => context.defaults,
    set: (value) => {
      context.defaults = value;
    },
    enumerable: true,
  });
  instance.create = (config) => createInstance(merge(context.defaults, config || {}));
  return instance;
}

const axios = createInstance(initialDefaults());
Object.assign(axios, {
  Axios,
  AxiosError,
  AxiosHeaders,
  CanceledError,
  Cancel: CanceledError,
  CancelToken,
  isCancel,
  isAxiosError: (value) => value !== null && typeof value === 'object' && value.isAxiosError === true,
  all: (promises) => Promise.all(promises),
  spread: (callback) => (values) => callback(...values),
  mergeConfig: merge,
  VERSION: '1.0.0',
});
axios.default = axios;

module.exports = axios;
