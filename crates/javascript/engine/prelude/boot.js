// Runs once, at pre-initialisation: loads every file of the prelude, so that a run finds them evaluated.
'use strict';

const loaded = Object.create(null);
loaded['internal/native'] = { exports: native };

function load(file) {
  if (loaded[file]) return loaded[file].exports;
  const module = (loaded[file] = { exports: {} });
  files[file].call(module.exports, module.exports, requireBuiltIn, module);
  return module.exports;
}

// What `require` is inside the prelude: './x' for the core, 'internal/x', or the name of a module.
function requireBuiltIn(name) {
  if (name.startsWith('./')) return load(name.slice(2));
  if (name.startsWith('internal/')) {
    return load(name in files || name in loaded ? name : 'modules/' + name);
  }
  const file = aliases.fileOf(name);
  if (!(file in files)) throw new Error(`the prelude has no module '${name}'`);
  return load(file);
}

const aliases = load('resolve');
load('stack');
for (const [name, value] of Object.entries(load('globals').core(requireBuiltIn))) define(name, value);
for (const [name, module, key] of load('globals').ofModules) {
  const value = requireBuiltIn(module);
  define(name, key ? value[key] : value);
}
const modules = Object.keys(files).filter((file) => file.startsWith('modules/'));
modules.forEach(load);
const names = modules.map((file) => file.slice('modules/'.length)).filter((name) => !name.startsWith('internal/'));
names.push(...Object.keys(load('aliases')));
load('require').fill((file) => (Object.hasOwn(files, file) ? load(file) : undefined), names);
Object.assign(exports, load('driver'));
load('warm').up();

function define(name, value) {
  if (value === undefined) throw new Error(`the global '${name}' has no value`);
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
