'use strict';

// lodash: texts.
const { toString } = require('internal/lodash-values');
const { get } = require('internal/lodash-paths');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const NAMES = Object.fromEntries(Object.entries(ENTITIES).map(([char, entity]) => [entity, char]));

function words(text, pattern) {
  if (pattern) return toString(text).match(pattern) || [];
  return (
    toString(text)
      .replace(/['\u2019]/g, '')
      .match(
        /[A-Z\xc0-\xd6\xd8-\xde]?[a-z\xdf-\xf6\xf8-\xff]+|[A-Z\xc0-\xd6\xd8-\xde]+(?![a-z\xdf-\xf6\xf8-\xff])|\d+|[^\s\x00-\x7f]+/g
      ) || []
  );
}

const deburr = (text) =>
  toString(text)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/ß/g, 'ss')
    .replace(/[æÆ]/g, (c) => (c === 'æ' ? 'ae' : 'Ae'))
    .replace(/[øØ]/g, (c) => (c === 'ø' ? 'o' : 'O'));
const upperFirst = (text) => toString(text).replace(/^[^]/u, (char) => char.toUpperCase());
const capitalize = (text) => upperFirst(toString(text).toLowerCase());
const joined = (separator, change) => (text) => words(deburr(text)).map(change).join(separator);

function template(source, options = {}) {
  const name = options.variable;
  const settings = options.interpolate || module.exports.templateSettings.interpolate;
  if (/<%(?![=-])/.test(source)) {
    throw require('internal/coded-error').unsupported(
      'lodash: code in a template (`<% %>`)',
      'use `<%= path %>` only, or template strings'
    );
  }
  return (data) =>
    source
      .replace(settings, (all, path) => toString(read(data, path)))
      .replace(/<%-([^]+?)%>/g, (all, path) => escape(read(data, path)))
      .replace(/\$\{([^\\}]*)\}/g, (all, path) => toString(read(data, path)));

  function read(data, path) {
    const plain = path.trim();
    if (!/^[\w$.[\]'"]+$/.test(plain)) {
      throw require('internal/coded-error').unsupported(
        'lodash: the template expression `' + plain + '`',
        'use a path, or template strings'
      );
    }
    return get(name ? { [name]: data } : data, plain);
  }
}

const escape = (text) => toString(text).replace(/[&<>"']/g, (char) => ENTITIES[char]);
const set = (chars) => (chars === undefined ? '\\s' : chars.replace(/[\\\]^-]/g, '\\$&'));

module.exports = {
  words,
  deburr,
  upperFirst,
  capitalize,
  template,
  escape,
  templateSettings: { interpolate: /<%=([^]+?)%>/g },
  unescape: (text) => toString(text).replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => NAMES[entity]),
  escapeRegExp: (text) => toString(text).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
  lowerFirst: (text) => toString(text).replace(/^[^]/u, (char) => char.toLowerCase()),
  toLower: (text) => toString(text).toLowerCase(),
  toUpper: (text) => toString(text).toUpperCase(),
  camelCase: joined('', (word, i) => (i ? capitalize(word) : word.toLowerCase())),
  kebabCase: joined('-', (word) => word.toLowerCase()),
  snakeCase: joined('_', (word) => word.toLowerCase()),
  lowerCase: joined(' ', (word) => word.toLowerCase()),
  upperCase: joined(' ', (word) => word.toUpperCase()),
  startCase: joined(' ', upperFirst),
  trim: (text, chars) => toString(text).replace(new RegExp('^[' + set(chars) + ']+|[' + set(chars) + ']+$', 'g'), ''),
  trimStart: (text, chars) => toString(text).replace(new RegExp('^[' + set(chars) + ']+'), ''),
  trimEnd: (text, chars) => toString(text).replace(new RegExp('[' + set(chars) + ']+$'), ''),
  padStart: (text, length, chars = ' ') => toString(text).padStart(length, chars),
  padEnd: (text, length, chars = ' ') => toString(text).padEnd(length, chars),
  pad(text, length = 0, chars = ' ') {
    const value = toString(text);
    return value.padStart(Math.floor((length - value.length) / 2) + value.length, chars).padEnd(length, chars);
  },
  repeat: (text, count = 1) => toString(text).repeat(count),
  replace: (text, pattern, value) => toString(text).replace(pattern, value),
  split: (text, separator, limit) => toString(text).split(separator, limit),
  startsWith: (text, start, at) => toString(text).startsWith(start, at),
  endsWith: (text, end, at) => toString(text).endsWith(end, at),
  truncate(text, { length = 30, omission = '...' } = {}) {
    const value = toString(text);
    return value.length <= length ? value : value.slice(0, Math.max(0, length - omission.length)) + omission;
  },
  parseInt: (text, radix) => parseInt(toString(text).trim(), radix || 10),
};
