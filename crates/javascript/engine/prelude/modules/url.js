'use strict';

// `url`: Node's legacy `parse`, `format`, `resolve`, and the WHATWG classes.
const querystring = require('querystring');
const percent = require('internal/percent');
const { URL, URLSearchParams } = require('internal/url');
const { toAscii } = require('internal/url-host');
const punycode = require('punycode');
const { coded } = require('internal/coded-error');
const { plainAddress } = require('internal/native');

const SLASHED = ['http:', 'https:', 'ftp:', 'gopher:', 'file:', 'ws:', 'wss:'];
const ESCAPED = {
  '\t': '%09',
  '\n': '%0A',
  '\r': '%0D',
  ' ': '%20',
  '"': '%22',
  "'": '%27',
  '<': '%3C',
  '>': '%3E',
  '\\': '%5C',
  '^': '%5E',
  '`': '%60',
  '{': '%7B',
  '|': '%7C',
  '}': '%7D',
};
const TO_ESCAPE = /[\t\n\r "'<>\\^`{|}]/g;

class Url {
  constructor() {
    this.protocol = null;
    this.slashes = null;
    this.auth = null;
    this.host = null;
    this.port = null;
    this.hostname = null;
    this.hash = null;
    this.search = null;
    this.query = null;
    this.pathname = null;
    this.path = null;
    this.href = null;
  }
  parse(text, parseQuery, slashesDenoteHost) {
    return Object.assign(this, parse(text, parseQuery, slashesDenoteHost));
  }
  format() {
    return format(this);
  }
  resolve(relative) {
    return resolve(this.href, relative);
  }
  resolveObject(relative) {
    return resolveObject(this, relative);
  }
}

function parse(text, parseQuery, slashesDenoteHost) {
  if (text instanceof Url) return text;
  if (typeof text !== 'string') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "url" argument must be of type string. Received ' +
        (text === null || text === undefined ? String(text) : 'type ' + typeof text)
    );
  }
  const url = new Url();
  const plain = plainAddress(text);
  if (plain) return fromPlain(url, plain, parseQuery);
  let rest = text.trim();
  const question = rest.search(/[?#]/);
  const head = question < 0 ? rest : rest.slice(0, question);
  rest = head.replace(/\\/g, '/') + (question < 0 ? '' : rest.slice(question));
  const simple = !slashesDenoteHost && /^(\/\/?(?!\/)[^?#@\s]*)(\?[^#@\s]*)?$/.exec(rest);
  if (simple) {
    url.pathname = simple[1];
    return withQuery(url, simple[2] || '', parseQuery);
  }
  const scheme = /^[a-zA-Z0-9.+-]+:/.exec(rest);
  if (scheme) {
    url.protocol = scheme[0].toLowerCase();
    rest = rest.slice(scheme[0].length);
  }
  const script = url.protocol === 'javascript:';
  if (!script && rest.startsWith('//') && (slashesDenoteHost || scheme || /^\/\/[^@/]+@[^@/]+/.test(rest))) {
    rest = rest.slice(2);
    url.slashes = true;
    rest = parseHost(url, rest);
  } else if (!script && scheme && !SLASHED.includes(url.protocol)) {
    rest = parseHost(url, rest);
  }
  if (!script) rest = rest.replace(TO_ESCAPE, (char) => ESCAPED[char]);
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    url.hash = rest.slice(hash);
    rest = rest.slice(0, hash);
  }
  const mark = rest.indexOf('?');
  const search = mark >= 0 ? rest.slice(mark) : '';
  if (mark >= 0) rest = rest.slice(0, mark);
  if (rest !== '') url.pathname = rest;
  if (SLASHED.includes(url.protocol) && url.hostname && !url.pathname) url.pathname = '/';
  return withQuery(url, search, parseQuery);
}

function fromPlain(url, [protocol, hostname, port, pathname, search], parseQuery) {
  url.protocol = protocol;
  url.slashes = true;
  url.hostname = hostname;
  url.host = hostname;
  if (port !== undefined) {
    url.port = port;
    url.host += ':' + port;
  }
  url.pathname = pathname === undefined ? '/' : pathname;
  url.path = url.pathname;
  if (search !== undefined) {
    url.search = search;
    url.path += search;
    url.query = parseQuery ? querystring.parse(search.slice(1)) : search.slice(1);
  } else if (parseQuery) {
    url.query = Object.create(null);
  }
  url.href = protocol + '//' + url.host + url.path;
  return url;
}

function withQuery(url, search, parseQuery) {
  if (search !== '') {
    url.search = search;
    url.query = parseQuery ? querystring.parse(search.slice(1)) : search.slice(1);
  } else if (parseQuery) {
    url.query = Object.create(null);
  }
  if (url.pathname || url.search) url.path = (url.pathname || '') + (url.search || '');
  url.href = format(url);
  return url;
}

/** Reads `user:pass@host:port` off the front; gives what follows. */
function parseHost(url, text) {
  const end = text.search(/[/?#]/);
  let authority = end < 0 ? text : text.slice(0, end);
  let rest = end < 0 ? '' : text.slice(end);
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    url.auth = decodeURIComponent(authority.slice(0, at));
    authority = authority.slice(at + 1);
  }
  const stop = authority.search(/[\t\n\r "%'<>\\^`{|};]/);
  if (stop >= 0) {
    rest = authority.slice(stop) + rest;
    authority = authority.slice(0, stop);
  }
  const port = /:([0-9]*)$/.exec(authority);
  if (port) {
    if (port[1] !== '') url.port = port[1];
    authority = authority.slice(0, -port[0].length);
  }
  const ipv6 = /^\[.*\]$/.test(authority);
  const host = ipv6 ? authority.toLowerCase() : toAscii(authority);
  if (host === null || (!ipv6 && /[\0\t\n\r #%/:<>?@[\\\]^|]/.test(host))) {
    throw Object.assign(coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL'), { input: text });
  }
  url.hostname = ipv6 ? host.slice(1, -1) : host;
  url.host = host + (url.port ? ':' + url.port : '');
  return rest;
}

function format(input, options) {
  if (typeof input === 'string') input = parse(input);
  if (input === null || typeof input !== 'object') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "urlObject" argument must be one of type object or string. Received ' + String(input)
    );
  }
  if (input instanceof URL) return formatWhatwg(input, options || {});
  const auth = input.auth ? percent.encode(input.auth, /[^A-Za-z0-9\-_.!~*'():]+/g) + '@' : '';
  let protocol = input.protocol || '';
  if (protocol && !protocol.endsWith(':')) protocol += ':';
  let host = '';
  if (input.host) {
    host = auth + input.host;
  } else if (input.hostname) {
    const ipv6 = input.hostname.includes(':') && input.hostname[0] !== '[';
    host = auth + (ipv6 ? '[' + input.hostname + ']' : input.hostname) + (input.port ? ':' + input.port : '');
  }
  const query = input.query !== null && typeof input.query === 'object' ? querystring.stringify(input.query) : '';
  let search = input.search || (query && '?' + query) || '';
  let pathname = (input.pathname || '').replace(/[#?]/g, encodeURIComponent);
  let hash = input.hash || '';
  const needsSlashes = input.slashes || ((!protocol || SLASHED.includes(protocol)) && (input.host || input.hostname));
  if (input.slashes || SLASHED.includes(protocol)) {
    if (needsSlashes || host) {
      if (pathname && pathname[0] !== '/') pathname = '/' + pathname;
      host = '//' + host;
    } else if (protocol === 'file:') {
      host = '//';
    }
  }
  if (hash && hash[0] !== '#') hash = '#' + hash;
  if (search && search[0] !== '?') search = '?' + search;
  search = search.replace(/#/g, '%23');
  return protocol + host + pathname + search + hash;
}

function formatWhatwg(url, { auth = true, fragment = true, search = true, unicode = false }) {
  const login = auth && (url.username || url.password) ? url.username + (url.password && ':' + url.password) + '@' : '';
  const host = unicode ? punycode.toUnicode(url.hostname) + (url.port && ':' + url.port) : url.host;
  return (
    url.protocol +
    (url.host || /^\w+:\/\//.test(url.href) ? '//' : '') +
    login +
    host +
    url.pathname +
    (search ? url.search : '') +
    (fragment ? url.hash : '')
  );
}

function resolve(from, to) {
  return format(resolveObject(from, to));
}

function resolveObject(from, to) {
  const base = typeof from === 'string' ? parse(from, false, true) : from;
  const relative = typeof to === 'string' ? parse(to, false, true) : to;
  const result = Object.assign(new Url(), base, { hash: relative.hash });
  if (relative.href === '') return finish(result);
  if (relative.protocol && (relative.protocol !== base.protocol || relative.host)) {
    return finish(
      Object.assign(new Url(), relative, {
        pathname: dotless(relative.pathname || '', true) || (relative.host ? '/' : relative.pathname),
      })
    );
  }
  if (relative.host) {
    for (const part of ['auth', 'host', 'hostname', 'port', 'pathname', 'search', 'query', 'slashes']) {
      result[part] = relative[part];
    }
    result.pathname = dotless(relative.pathname || '/', true);
    return finish(result);
  }
  if (!relative.pathname) {
    if (relative.search !== null) {
      result.search = relative.search;
      result.query = relative.query;
    }
    return finish(result);
  }
  result.search = relative.search;
  result.query = relative.query;
  const rooted = Boolean(base.host) || (base.pathname || '')[0] === '/';
  if (relative.pathname[0] === '/') result.pathname = dotless(relative.pathname, true);
  else {
    result.pathname = dotless(
      (base.pathname || (base.host ? '/' : '')).replace(/[^/]*$/, '') + relative.pathname,
      rooted
    );
  }
  return finish(result);
}

function finish(url) {
  url.path = url.pathname || url.search ? (url.pathname || '') + (url.search || '') : null;
  url.href = format(url);
  return url;
}

function dotless(path, rooted) {
  const parts = [];
  const segments = path.split('/');
  const last = segments[segments.length - 1];
  for (const segment of segments) {
    if (segment === '.') continue;
    if (segment !== '..') parts.push(segment);
    else if (parts.length > (rooted ? 1 : 0) && parts[parts.length - 1] !== '..') parts.pop();
    else if (!rooted) parts.push('..');
  }
  if (last === '.' || last === '..') parts.push('');
  if (rooted && parts[0] !== '') parts.unshift('');
  return parts.join('/');
}

exports.Url = Url;
exports.parse = parse;
exports.format = format;
exports.resolve = resolve;
exports.resolveObject = resolveObject;
exports.URL = URL;
exports.URLSearchParams = URLSearchParams;

exports.domainToASCII = function domainToASCII(domain) {
  const ascii = toAscii(String(domain));
  return ascii === null ? '' : ascii;
};

exports.domainToUnicode = (domain) => punycode.toUnicode(String(domain));

/** What `http.request` would take for a URL. */
exports.urlToHttpOptions = function urlToHttpOptions(url) {
  const options = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    hash: url.hash,
    search: url.search,
    pathname: url.pathname,
    path: url.pathname + url.search,
    href: url.href,
  };
  if (url.port !== '') options.port = Number(url.port);
  if (url.username || url.password) {
    options.auth = decodeURIComponent(url.username) + ':' + decodeURIComponent(url.password);
  }
  return options;
};
