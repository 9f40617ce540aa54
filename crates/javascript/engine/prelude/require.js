// `require` as a tenant's script sees it.
'use strict';

const resolve = require('./resolve');

// Every name that needs no thought, and its module.
const byName = new Map();

let load;

// `boot.js` says how a file is loaded, and which names there are.
exports.fill = function (loader, names) {
  load = loader;
  for (const name of names) byName.set(name, find(name));
};

function require_(name) {
  const known = byName.get(name);
  if (known !== undefined) return known;
  const found = find(name);
  if (found === undefined) throw notFound(name);
  return found;
}

function find(name) {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`The "id" argument must be a non-empty string. Received ${String(name)}`);
  }
  const file = resolve.fileOf(name);
  if (file.startsWith('modules/internal/')) return undefined;
  const found = load(file);
  return found === undefined ? findMember(name) : found;
}

function findMember(name) {
  const member = resolve.memberOf(name);
  if (member === undefined) return undefined;
  const module = load(member.file);
  const key = Object.keys(module).find(member.is);
  return key === undefined ? undefined : module[key];
}

function notFound(name) {
  const error = new Error(
    `Cannot find module '${name}'. It is not built in; \`hookbox build\` bundles npm packages into the script`
  );
  error.code = 'MODULE_NOT_FOUND';
  return error;
}

Object.defineProperty(require_, 'name', { value: 'require' });
require_.cache = {};
require_.resolve = function (name) {
  if (find(name) === undefined) throw notFound(name);
  return name;
};

exports.require = require_;
