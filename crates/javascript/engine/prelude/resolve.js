// From the name in `require('…')` to the file of the prelude that it means.
'use strict';

const aliases = require('./aliases');

// 'node:url', 'lodash@4.17.21', './node_modules/lodash@4.17.21/index.js' all name what the plain name names.
exports.plainName = function (name) {
  let plain = String(name);
  if (plain.startsWith('node:')) plain = plain.slice('node:'.length);
  const folder = plain.lastIndexOf('node_modules/');
  if (folder >= 0) plain = plain.slice(folder + 'node_modules/'.length);
  return plain.replace(/^((?:@[^/@]+\/)?[^/@]+)@[^/]*/, '$1').replace(/(?:\/index)?(?:\.js)?\/?$/, '');
};

// 'lodash/get' and the package 'lodash.get', whose name is in lower case, are functions of a module.
const MEMBER = /^lodash([/.])(\w+)$/;

/** Where the name means a function of a module: the module's file, and the test that the function's name passes. */
exports.memberOf = function (name) {
  const match = MEMBER.exec(exports.plainName(name));
  if (match === null) return undefined;
  const [, separator, wanted] = match;
  const is = separator === '/' ? (key) => key === wanted : (key) => key.toLowerCase() === wanted;
  return { file: 'modules/lodash', is };
};

exports.fileOf = function (name) {
  const plain = exports.plainName(name);
  return 'modules/' + (Object.hasOwn(aliases, plain) ? aliases[plain] : plain);
};
