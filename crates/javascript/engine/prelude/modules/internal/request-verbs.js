'use strict';

// Makes `request` and its kin out of a function that starts one call: the argument forms, the verbs, `defaults`.
const { HeaderList } = require('internal/header-list');
const { unsupported } = require('internal/coded-error');

const VERBS = {
  get: 'GET',
  head: 'HEAD',
  options: 'OPTIONS',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  del: 'DELETE',
  delete: 'DELETE',
};

/** `start(options, callback)` gets one options object whichever way the caller gave it. */
exports.build = function build(start, defaults) {
  const request = function (uri, options, callback) {
    const call = gather(uri, options, callback);
    return start(defaults ? merge(defaults, call.options) : call.options, call.callback);
  };
  for (const name of Object.keys(VERBS)) {
    request[name] = function (uri, options, callback) {
      const call = gather(uri, options, callback);
      const merged = defaults ? merge(defaults, call.options) : call.options;
      merged.method = VERBS[name];
      return start(merged, call.callback);
    };
  }
  request.defaults = (more, requester) =>
    exports.build(requester ? withRequester(start, requester) : start, merge(defaults, more));
  request.forever = (agentOptions, more) => request.defaults(more);
  request.jar = () => {
    throw unsupported('request.jar', 'send a Cookie header (nothing is kept between runs)');
  };
  request.cookie = (text) => ({ toString: () => String(text) });
  request.debug = false;
  return request;
};

function withRequester(start, requester) {
  return (options, callback) => requester(options, callback) || start(options, callback);
}

function gather(uri, options, callback) {
  if (typeof uri === 'function') throw new Error('undefined is not a valid uri or options object.');
  if (typeof options === 'function') [options, callback] = [undefined, options];
  if (uri === undefined || uri === null) throw new Error('undefined is not a valid uri or options object.');
  if (typeof uri === 'string') {
    const all = Object.assign({}, options);
    all.uri = uri;
    return { options: all, callback };
  }
  if (uri.href && !uri.uri && !uri.url) return { options: Object.assign({}, options, { uri }), callback };
  return { options: Object.assign({}, uri, options), callback };
}

/** `options` over `defaults`; headers are merged name by name. */
function merge(defaults, options) {
  if (!defaults) return Object.assign({}, options);
  const merged = Object.assign({}, defaults, options);
  if (options && (options.url || options.uri)) {
    if (!options.uri) delete merged.uri;
    if (!options.url) delete merged.url;
  }
  if (defaults.headers) merged.headers = new HeaderList(defaults.headers).assign(options && options.headers).toObject();
  return merged;
}
