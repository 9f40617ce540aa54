'use strict';

// `path`: Node's POSIX paths. There is no file system, and the working directory is `/`.

function normalizeParts(text, absolute) {
  const parts = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length && parts[parts.length - 1] !== '..') parts.pop();
    else if (!absolute) parts.push('..');
  }
  return parts.join('/');
}

function check(value, name) {
  if (typeof value === 'string') return;
  const error = new TypeError(
    'The "' + name + '" argument must be of type string. Received ' + (value === undefined ? 'undefined' : typeof value)
  );
  error.code = 'ERR_INVALID_ARG_TYPE';
  throw error;
}

const path = {
  sep: '/',
  delimiter: ':',

  normalize(text) {
    check(text, 'path');
    if (text === '') return '.';
    const absolute = text[0] === '/';
    let result = normalizeParts(text, absolute);
    if (result === '' && !absolute) result = '.';
    if (result !== '' && text.endsWith('/') && !result.endsWith('/')) result += '/';
    return (absolute ? '/' : '') + result;
  },

  join(...parts) {
    parts.forEach((part) => check(part, 'path'));
    const joined = parts.filter((part) => part !== '').join('/');
    return joined === '' ? '.' : path.normalize(joined);
  },

  resolve(...parts) {
    let result = '';
    for (let i = parts.length - 1; i >= 0 && result[0] !== '/'; i--) {
      check(parts[i], 'path');
      if (parts[i] !== '') result = result === '' ? parts[i] : parts[i] + '/' + result;
    }
    return '/' + normalizeParts(result, true);
  },

  isAbsolute(text) {
    check(text, 'path');
    return text[0] === '/';
  },

  relative(from, to) {
    const source = path.resolve(from).split('/').filter(Boolean);
    const target = path.resolve(to).split('/').filter(Boolean);
    let same = 0;
    while (same < source.length && same < target.length && source[same] === target[same]) same++;
    return source
      .slice(same)
      .map(() => '..')
      .concat(target.slice(same))
      .join('/');
  },

  dirname(text) {
    check(text, 'path');
    const rooted = text[0] === '/';
    const cut = text.replace(/\/+$/, '').lastIndexOf('/');
    if (cut <= 0) return rooted ? '/' : '.';
    return cut === 1 && rooted ? '//' : text.slice(0, cut);
  },

  basename(text, suffix) {
    check(text, 'path');
    const base = text.replace(/\/+$/, '').split('/').pop();
    return suffix && base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base;
  },

  extname(text) {
    const base = path.basename(text);
    const dot = base.lastIndexOf('.');
    return dot <= 0 || base === '..' ? '' : base.slice(dot);
  },

  parse(text) {
    const base = path.basename(text);
    const ext = path.extname(text);
    const root = text[0] === '/' ? '/' : '';
    const hasDir = text.replace(/\/+$/, '').includes('/');
    return { root, dir: hasDir ? path.dirname(text) : root, base, ext, name: ext ? base.slice(0, -ext.length) : base };
  },

  format({ root = '', dir, base, name = '', ext = '' }) {
    const file = base || name + (ext && ext[0] !== '.' ? '.' : '') + ext;
    if (!dir) return root + file;
    return dir === root ? dir + file : dir + '/' + file;
  },

  toNamespacedPath: (text) => text,
};

path.posix = path;
module.exports = path;
