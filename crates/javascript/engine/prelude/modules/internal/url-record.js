'use strict';

// Reading and writing WHATWG URLs (https://url.spec.whatwg.org/). Parsing splits fragment and query off first, which
// the standard's state machine allows: neither `#` nor `?` can belong to anything before them.
const percent = require('internal/percent');
const { parseHost } = require('internal/url-host');

const PORTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' };
const isSpecial = (protocol) => Object.prototype.hasOwnProperty.call(PORTS, protocol);
const DRIVE = /^[a-zA-Z][:|]$/;
const STARTS_WITH_DRIVE = /^[a-zA-Z][:|]([/\\]|$)/;

// An http address that is its own serialisation, but for a missing path and a default port: most are.
const PLAIN =
  /^(https?:)\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z-]*|localhost)(?::(\d{1,4}))?(\/[\w!$&'()*+,\-./:;=@%~|]*)?(?:\?([\w!$&()*+,\-./:;=?@%~|]*))?$/;

function parse(input, base) {
  const plain = PLAIN.exec(input);
  if (!plain || (plain[4] !== undefined && (plain[4].includes('/.') || plain[4].includes('%2')))) {
    return parseAny(input, base);
  }
  const [, protocol, host, port, path, query] = plain;
  const url = {
    protocol,
    username: '',
    password: '',
    host,
    port: '',
    path: path === undefined ? [''] : path.slice(1).split('/'),
    query: query === undefined ? null : query,
    fragment: null,
  };
  if (port !== undefined) setPort(url, port);
  return url;
}

/** The parts of a URL, or null where the text is none. `path` is a list, or a text for `mailto:` and its like. */
function parseAny(input, base) {
  let rest = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
  const url = { protocol: '', username: '', password: '', host: null, port: '', path: [], query: null, fragment: null };
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    url.fragment = percent.encode(rest.slice(hash + 1), percent.FRAGMENT);
    rest = rest.slice(0, hash);
  }
  const mark = rest.indexOf('?');
  const query = mark >= 0 ? rest.slice(mark + 1) : null;
  if (mark >= 0) rest = rest.slice(0, mark);
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(rest);
  if (scheme) {
    url.protocol = scheme[1].toLowerCase() + ':';
    rest = rest.slice(scheme[0].length);
  } else if (base) {
    url.protocol = base.protocol;
  } else {
    return null;
  }
  if (query !== null) {
    url.query = percent.encode(query, isSpecial(url.protocol) ? percent.SPECIAL_QUERY : percent.QUERY);
  }
  return parseHierarchy(url, rest, base, Boolean(scheme));
}

function parseHierarchy(url, rest, base, hasScheme) {
  const special = isSpecial(url.protocol);
  if (url.protocol === 'file:') return parseFile(url, rest, base && base.protocol === 'file:' ? base : null);
  if (hasScheme) {
    const relative = special && base && base.protocol === url.protocol && !/^[/\\]{2}/.test(rest);
    if (special && !relative) return parseAuthority(url, rest.replace(/^[/\\]+/, ''));
    if (!special && rest.startsWith('//')) return parseAuthority(url, rest.slice(2));
    if (!special && rest[0] !== '/') {
      url.path = percent.encode(rest, percent.C0);
      if (url.query === null && url.fragment === null) url.path = url.path.replace(/ +$/, '');
      return url;
    }
    if (!special) return parsePath(url, rest, []);
  } else if (typeof base.path === 'string') {
    if (rest !== '' || url.query !== null || url.fragment === null) return null;
    return Object.assign({}, base, { fragment: url.fragment });
  }
  if (special ? /^[/\\]{2}/.test(rest) : rest.startsWith('//')) {
    return parseAuthority(url, special ? rest.replace(/^[/\\]+/, '') : rest.slice(2));
  }
  for (const part of ['username', 'password', 'host', 'port']) url[part] = base[part];
  return parseRelativePath(url, rest, base);
}

function parseRelativePath(url, rest, base) {
  if (rest === '') {
    url.path = base.path.slice();
    if (url.query === null) url.query = base.query;
    return url;
  }
  const absolute = rest[0] === '/' || (isSpecial(url.protocol) && rest[0] === '\\');
  return absolute ? parsePath(url, rest, []) : parsePath(url, '/' + rest, shorten(base.path.slice(), url.protocol));
}

function parseAuthority(url, rest) {
  const special = isSpecial(url.protocol);
  const end = rest.search(special ? /[/\\]/ : /\//);
  let authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    const userinfo = authority.slice(0, at);
    const colon = userinfo.indexOf(':');
    url.username = percent.encode(colon < 0 ? userinfo : userinfo.slice(0, colon), percent.USERINFO);
    url.password = colon < 0 ? '' : percent.encode(userinfo.slice(colon + 1), percent.USERINFO);
    authority = authority.slice(at + 1);
    if (authority === '') return null;
  }
  const split = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority);
  if (!split || (split[1] === '' && (special || split[2] !== undefined))) return null;
  url.host = split[1] === '' ? '' : parseHost(split[1], special);
  if (url.host === null || !setPort(url, split[2] || '')) return null;
  return parsePath(url, end < 0 ? '' : rest.slice(end), []);
}

function setPort(url, text) {
  if (!/^[0-9]*$/.test(text) || Number(text) > 65535) return false;
  const port = text === '' ? '' : String(Number(text));
  url.port = port === PORTS[url.protocol] ? '' : port;
  return true;
}

function parseFile(url, rest, base) {
  url.host = '';
  if (/^[/\\]{2}/.test(rest)) {
    const end = rest.slice(2).search(/[/\\]/);
    const host = end < 0 ? rest.slice(2) : rest.slice(2, 2 + end);
    if (DRIVE.test(host)) return parsePath(url, '/' + rest.slice(2), []);
    url.host = host === '' ? '' : parseHost(host, true);
    if (url.host === null) return null;
    if (url.host === 'localhost') url.host = '';
    return parsePath(url, end < 0 ? '' : rest.slice(2 + end), []);
  }
  if (!base) return parsePath(url, rest === '' ? '' : /^[/\\]/.test(rest) ? rest : '/' + rest, []);
  url.host = base.host;
  if (/^[/\\]/.test(rest)) {
    const keepDrive = base.path.length && /^[a-zA-Z]:$/.test(base.path[0]) && !STARTS_WITH_DRIVE.test(rest.slice(1));
    return parsePath(url, rest, keepDrive ? [base.path[0]] : []);
  }
  if (STARTS_WITH_DRIVE.test(rest)) return parsePath(url, '/' + rest, []);
  return parseRelativePath(url, rest, base);
}

/** Appends the segments of `text` to `path`, resolving `.` and `..`. */
function parsePath(url, text, path) {
  const special = isSpecial(url.protocol);
  url.path = path;
  if (text === '') {
    if (special) path.push('');
    return url;
  }
  const segments = text.split(special ? /[/\\]/ : '/').slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    const plain = segment.replace(/%2e/gi, '.');
    if (plain === '..') {
      shorten(path, url.protocol);
      if (last) path.push('');
    } else if (plain === '.') {
      if (last) path.push('');
    } else if (url.protocol === 'file:' && path.length === 0 && DRIVE.test(segment)) {
      path.push(segment[0] + ':');
    } else {
      path.push(percent.encode(segment, percent.PATH));
    }
  });
  return url;
}

function shorten(path, protocol) {
  const onlyDrive = protocol === 'file:' && path.length === 1 && /^[a-zA-Z]:$/.test(path[0]);
  if (!onlyDrive) path.pop();
  return path;
}

const pathText = (url) => (typeof url.path === 'string' ? url.path : url.path.map((part) => '/' + part).join(''));

function serialize(url, withFragment) {
  let text = url.protocol;
  if (url.host !== null) {
    text += '//';
    if (url.username !== '' || url.password !== '') {
      text += url.username + (url.password === '' ? '' : ':' + url.password) + '@';
    }
    text += url.host + (url.port === '' ? '' : ':' + url.port);
  } else if (typeof url.path !== 'string' && url.path.length > 1 && url.path[0] === '') {
    text += '/.';
  }
  text += pathText(url) + (url.query === null ? '' : '?' + url.query);
  return withFragment && url.fragment !== null ? text + '#' + url.fragment : text;
}

module.exports = { parse, serialize, pathText, parsePath, setPort, isSpecial };
