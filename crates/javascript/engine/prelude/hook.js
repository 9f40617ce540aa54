// The script's text becomes the function to call.
'use strict';

const { require: requireOfScript } = require('./require');
const stack = require('./stack');

// Made here, before any run: each run finds it untouched.
const module_ = { exports: {}, id: '.', filename: '/hook.js', loaded: false, children: [], paths: [], require: requireOfScript };
requireOfScript.main = module_;

exports.load = function (factory) {
  let returned;
  try {
    returned = factory.call(module_.exports, module_.exports, requireOfScript, module_, module_.filename, '/');
  } catch (error) {
    throw notCompiled(error);
  }
  module_.loaded = true;
  const exported = module_.exports;
  if (typeof exported === 'function') return exported;
  if (typeof returned === 'function') return returned;
  if (exported && typeof exported.default === 'function') return exported.default;
  throw notCompiled(new Error(explain(exported)));
};

function explain(exported) {
  if (exported !== null && typeof exported === 'object') {
    const action = Object.keys(exported).find((key) => /^onExecute/.test(key));
    if (action) {
      return `The script exports ${action}, as an Action does; a hook sets module.exports to a function (user, context, cb)`;
    }
  }
  return 'The script exports no function; set module.exports to one, as in module.exports = function (user, context, cb) { … }';
}

// What the top level of a script throws keeps its place, and is told apart from what the hook's function throws.
function notCompiled(cause) {
  const description = stack.describe(cause);
  const error = new Error(`Unable to compile the extensibility code as javascript: ${description}`);
  error.error_description = description;
  if (cause instanceof Error) {
    const frames = typeof cause.stack === 'string' ? cause.stack.indexOf('\n    at') : -1;
    error.stack = `${stack.describe(error)}${frames < 0 ? '' : cause.stack.slice(frames)}`;
    if (cause.code !== undefined) error.code = cause.code;
  }
  return error;
}
