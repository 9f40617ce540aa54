// `util.format`: what `console.log` makes of its arguments.
'use strict';

const { inspect, numberText } = require('internal/inspect');

// What the language's own classes inherit from. This file is loaded before the prelude defines anything.
const LANGUAGE = new Set();
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
  if (typeof value === 'function' && value.prototype) LANGUAGE.add(value.prototype);
}

// Whether somebody wrote what the object says of itself.
function hasTextOfItsOwn(value) {
  if (typeof value.toString !== 'function') return false;
  let object = value;
  while (!Object.hasOwn(object, 'toString')) object = Object.getPrototypeOf(object);
  return !LANGUAGE.has(object);
}

function textOf(value) {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object' || value === null || hasTextOfItsOwn(value)) return String(value);
  return inspect(value, { depth: 0 });
}

function numeric(value, convert) {
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : numberText(convert(value));
}

function formatted(directive, value) {
  switch (directive) {
    case 's':
      return textOf(value);
    case 'd':
      return numeric(value, Number);
    case 'i':
      return numeric(value, (given) => parseInt(given, 10));
    case 'f':
      return typeof value === 'symbol' ? 'NaN' : numberText(parseFloat(value));
    case 'j':
      try {
        return JSON.stringify(value);
      } catch {
        return '[Circular]';
      }
    case 'o':
      return inspect(value, { showHidden: true, depth: 4 });
    case 'O':
      return inspect(value);
    default:
      return '';
  }
}

exports.format = function format(...args) {
  const [first] = args;
  let used = 0;
  let text = '';
  if (typeof first === 'string') {
    used = 1;
    text =
      args.length === 1
        ? first
        : first.replace(/%([sdifjoOc%])/g, (whole, directive) => {
            if (directive === '%') return '%';
            return used < args.length ? formatted(directive, args[used++]) : whole;
          });
  }
  for (let i = used; i < args.length; i++) {
    if (i > 0) text += ' ';
    text += typeof args[i] === 'string' ? args[i] : inspect(args[i]);
  }
  return text;
};
