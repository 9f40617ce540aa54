'use strict';

// The WHATWG `URL` (https://url.spec.whatwg.org/) over a record of its parts.
const percent = require('internal/percent');
const { parseHost } = require('internal/url-host');
const { parse, serialize, pathText, parsePath, setPort, isSpecial } = require('internal/url-record');
const { URLSearchParams, attachedTo } = require('internal/url-search-params');
const { coded } = require('internal/coded-error');

const PARTS = Symbol('parts');
const PARAMS = Symbol('params');

class URL {
  constructor(input, base) {
    if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified');
    const parts = parseWithBase(String(input), base);
    if (!parts) {
      const error = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
      error.input = String(input);
      if (base !== undefined) error.base = String(base);
      throw error;
    }
    hide(this, PARTS, parts);
    hide(this, PARAMS, null);
  }

  static canParse(input, base) {
    return parseWithBase(String(input), base) !== null;
  }
  static parse(input, base) {
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }

  get href() {
    return serialize(this[PARTS], true);
  }
  set href(value) {
    const parts = parse(String(value), null);
    if (!parts) throw coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
    this[PARTS] = parts;
    refreshParams(this);
  }

  get origin() {
    const { protocol, host, port, path } = this[PARTS];
    if (protocol === 'blob:') {
      const inner = parse(path, null);
      return inner && /^https?:$/.test(inner.protocol)
        ? inner.protocol + '//' + inner.host + (inner.port && ':' + inner.port)
        : 'null';
    }
    return isSpecial(protocol) && protocol !== 'file:' ? protocol + '//' + host + (port && ':' + port) : 'null';
  }

  get protocol() {
    return this[PARTS].protocol;
  }
  set protocol(value) {
    const parts = this[PARTS];
    const match = /^([a-zA-Z][a-zA-Z0-9+.-]*)(:|$)/.exec(String(value));
    if (!match) return;
    const protocol = match[1].toLowerCase() + ':';
    const hasAuthority = parts.username !== '' || parts.password !== '' || parts.port !== '';
    if (isSpecial(protocol) !== isSpecial(parts.protocol)) return;
    if ((protocol === 'file:' && hasAuthority) || (parts.protocol === 'file:' && parts.host === '')) return;
    parts.protocol = protocol;
    setPort(parts, parts.port);
  }

  get username() {
    return this[PARTS].username;
  }
  set username(value) {
    if (mayHaveAuthority(this[PARTS])) this[PARTS].username = percent.encode(String(value), percent.USERINFO);
  }

  get password() {
    return this[PARTS].password;
  }
  set password(value) {
    if (mayHaveAuthority(this[PARTS])) this[PARTS].password = percent.encode(String(value), percent.USERINFO);
  }

  get host() {
    return (this[PARTS].host || '') + (this[PARTS].port && ':' + this[PARTS].port);
  }
  set host(value) {
    setHost(this[PARTS], String(value), true);
  }

  get hostname() {
    return this[PARTS].host || '';
  }
  set hostname(value) {
    setHost(this[PARTS], String(value), false);
  }

  get port() {
    return this[PARTS].port;
  }
  set port(value) {
    if (!mayHaveAuthority(this[PARTS])) return;
    const digits = /^[0-9]*/.exec(String(value).replace(/[\t\n\r]/g, ''))[0];
    if (digits !== '' || String(value) === '') setPort(this[PARTS], digits);
  }

  get pathname() {
    return pathText(this[PARTS]);
  }
  set pathname(value) {
    const parts = this[PARTS];
    if (typeof parts.path === 'string') return;
    let text = String(value).replace(/[\t\n\r]/g, '');
    if (text !== '' && text[0] !== '/' && !(isSpecial(parts.protocol) && text[0] === '\\')) text = '/' + text;
    parsePath(parts, text.replace(/\?/g, '%3F').replace(/#/g, '%23'), []);
  }

  get search() {
    return this[PARTS].query ? '?' + this[PARTS].query : '';
  }
  set search(value) {
    const text = String(value)
      .replace(/^\?/, '')
      .replace(/[\t\n\r]/g, '');
    const set = isSpecial(this[PARTS].protocol) ? percent.SPECIAL_QUERY : percent.QUERY;
    this[PARTS].query = String(value) === '' ? null : percent.encode(text, set).replace(/#/g, '%23');
    refreshParams(this);
  }

  get searchParams() {
    if (!this[PARAMS]) {
      this[PARAMS] = attachedTo(this[PARTS].query || '', (text) => {
        this[PARTS].query = text === '' ? null : text;
      });
    }
    return this[PARAMS];
  }

  get hash() {
    return this[PARTS].fragment ? '#' + this[PARTS].fragment : '';
  }
  set hash(value) {
    const text = String(value)
      .replace(/^#/, '')
      .replace(/[\t\n\r]/g, '');
    this[PARTS].fragment = String(value) === '' ? null : percent.encode(text, percent.FRAGMENT);
  }

  toString() {
    return this.href;
  }
  toJSON() {
    return this.href;
  }
  get [Symbol.toStringTag]() {
    return 'URL';
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const shown = {};
    for (const name of SHOWN) shown[name] = this[name];
    return 'URL ' + inspect(shown, options);
  }
}

const SHOWN = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'searchParams',
  'hash',
];
for (const name of SHOWN.concat('toString', 'toJSON')) Object.defineProperty(URL.prototype, name, { enumerable: true });

function parseWithBase(input, base) {
  if (base === undefined) return parse(input, null);
  const baseParts = parse(String(base), null);
  return baseParts && parse(input, baseParts);
}

function hide(target, key, value) {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false });
}

function refreshParams(url) {
  if (url[PARAMS]) url[PARAMS]._reload(url[PARTS].query || '');
}

function mayHaveAuthority(parts) {
  return parts.host !== null && parts.host !== '' && parts.protocol !== 'file:';
}

function setHost(parts, text, withPort) {
  if (typeof parts.path === 'string') return;
  const special = isSpecial(parts.protocol);
  const authority = text.replace(/[\t\n\r]/g, '').split(special ? /[/\\?#]/ : /[/?#]/)[0];
  const split = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*).*)?$/.exec(authority);
  if (!split) return;
  if (split[2] !== undefined && (!withPort || parts.protocol === 'file:')) return;
  if (split[1] === '' && (special || parts.port !== '' || parts.username !== '')) return;
  const host = split[1] === '' ? '' : parseHost(split[1], special);
  if (host === null) return;
  parts.host = host;
  if (withPort && split[2]) setPort(parts, split[2]);
}

exports.URL = URL;
exports.URLSearchParams = URLSearchParams;
