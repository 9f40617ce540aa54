'use strict';

// `querystring`: parse, stringify, escape, unescape as Node has them (decode and encode are the same two).
const percent = require('internal/percent');

const KEEP = /[^A-Za-z0-9\-_.!~*'()]+/g;

exports.escape = (text) => percent.encode(typeof text === 'string' ? text : String(text), KEEP);

exports.unescape = function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return percent.decodeToText(text);
  }
};

function primitive(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
}

exports.stringify = function stringify(object, separator = '&', equals = '=', options) {
  const escape = (options && options.encodeURIComponent) || exports.escape;
  if (object === null || typeof object !== 'object') return '';
  const pairs = [];
  for (const key of Object.keys(object)) {
    for (const value of Array.isArray(object[key]) ? object[key] : [object[key]]) {
      pairs.push(escape(primitive(key)) + (equals || '=') + escape(primitive(value)));
    }
  }
  return pairs.join(separator || '&');
};

exports.parse = function parse(text, separator = '&', equals = '=', options = {}) {
  const result = Object.create(null);
  if (typeof text !== 'string' || text === '') return result;
  const max = options && typeof options.maxKeys === 'number' ? options.maxKeys : 1000;
  const decode = (options && options.decodeURIComponent) || exports.unescape;
  const decoded = (piece) => {
    const spaced = piece.replace(/\+/g, ' ');
    return spaced.includes('%') || decode !== exports.unescape ? decode(spaced) : spaced;
  };
  let pieces = text.split(separator || '&');
  if (max > 0) pieces = pieces.slice(0, max);
  for (const piece of pieces) {
    if (piece === '') continue;
    const at = piece.indexOf(equals || '=');
    const key = decoded(at < 0 ? piece : piece.slice(0, at));
    const value = at < 0 ? '' : decoded(piece.slice(at + (equals || '=').length));
    if (!(key in result)) result[key] = value;
    else if (Array.isArray(result[key])) result[key].push(value);
    else result[key] = [result[key], value];
  }
  return result;
};

exports.encode = exports.stringify;
exports.decode = exports.parse;
