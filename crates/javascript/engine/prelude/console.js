// `console`: every line becomes a line of the run's log.
'use strict';

const { log, now } = require('internal/native');
const { inspect } = require('internal/inspect');
const { format } = require('internal/format');
const { table } = require('internal/table');

const DEBUG = 0;
const INFO = 1;
const WARN = 2;
const ERROR = 3;

let indentation = '';
const counts = new Map();
const timers = new Map();

function print(level, text) {
  log(level, indentation === '' ? text : indentation + text.replaceAll('\n', '\n' + indentation));
}

function printer(level) {
  return (...args) => {
    if (args.length !== 1 || typeof args[0] !== 'string') print(level, format(...args));
    // Nearly every line is one text, and is spared a step.
    else if (indentation === '') log(level, args[0]);
    else print(level, args[0]);
  };
}

const console = {
  log: printer(INFO),
  info: printer(INFO),
  debug: printer(DEBUG),
  warn: printer(WARN),
  error: printer(ERROR),

  trace(...args) {
    const { stack } = new Error();
    const frames = stack.indexOf('\n');
    print(DEBUG, `Trace: ${format(...args)}${frames < 0 ? '' : stack.slice(frames)}`);
  },

  dir(value, options) {
    print(INFO, inspect(value, options));
  },

  dirxml: printer(INFO),

  assert(condition, ...args) {
    if (condition) return;
    print(ERROR, args.length > 0 ? `Assertion failed: ${format(...args)}` : 'Assertion failed');
  },

  count(label = 'default') {
    counts.set(label, (counts.get(label) || 0) + 1);
    print(INFO, `${label}: ${counts.get(label)}`);
  },

  countReset(label = 'default') {
    counts.delete(label);
  },

  time(label = 'default') {
    if (!timers.has(label)) timers.set(label, now());
  },

  timeLog(label = 'default', ...args) {
    if (!timers.has(label)) return print(WARN, `No such label '${label}' for console.timeLog()`);
    const rest = args.length > 0 ? ` ${format(...args)}` : '';
    print(INFO, `${label}: ${(now() - timers.get(label)).toFixed(3)}ms${rest}`);
  },

  timeEnd(label = 'default') {
    if (!timers.has(label)) return print(WARN, `No such label '${label}' for console.timeEnd()`);
    console.timeLog(label);
    timers.delete(label);
  },

  group(...args) {
    if (args.length > 0) print(INFO, format(...args));
    indentation += '  ';
  },

  groupEnd() {
    indentation = indentation.slice(2);
  },

  table(data, properties) {
    const text = table(data, properties);
    if (text === undefined) console.log(data);
    else print(INFO, text);
  },
};
console.groupCollapsed = console.group;

module.exports = console;
