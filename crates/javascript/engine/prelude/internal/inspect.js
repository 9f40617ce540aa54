// Values as text for people: Node's `util.inspect` in what a hook's console needs of it.
'use strict';

const native = require('internal/native');
const { describe } = require('./stack');
const columns = require('internal/columns');

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
// So many levels of nesting may share one line.
const LEVELS_ON_A_LINE = 3;
// Shorter texts stay in one piece, however narrow it gets.
const TEXT_SPLIT_MIN = 16;

const DEFAULTS = {
  depth: 2,
  showHidden: false,
  colors: false,
  compact: LEVELS_ON_A_LINE,
  breakLength: 80,
  maxArrayLength: 100,
  maxStringLength: 10000,
  sorted: false,
};

// The terminal's codes that begin and end a colour, and what is written in which.
const COLORS = {
  bold: [1, 22],
  grey: [90, 39],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};
const STYLES = {
  special: 'cyan',
  number: 'yellow',
  bigint: 'yellow',
  boolean: 'yellow',
  undefined: 'grey',
  null: 'bold',
  string: 'green',
  symbol: 'green',
  date: 'magenta',
  regexp: 'red',
};

function painted(text, style) {
  const [start, end] = COLORS[STYLES[style]] || [];
  return start === undefined ? text : `\u001b[${start}m${text}\u001b[${end}m`;
}

const plain = (text) => text;

const View = Object.getPrototypeOf(Uint8Array);

const ESCAPES = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\', '\v': '\\v' };

function quote(text) {
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes('`') && !text.includes('${')) mark = '`';
  }
  const escaped = text.replace(/[\u0000-\u001f\u007f-\u009f\\'"`]/g, (character) => {
    if (character === mark) return '\\' + character;
    if (character === "'" || character === '"' || character === '`') return character;
    return ESCAPES[character] || '\\x' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  });
  return mark + escaped + mark;
}

function numberText(value) {
  return Object.is(value, -0) ? '-0' : String(value);
}

function stringText(context, value) {
  const left = value.length - context.maxStringLength;
  if (left > 0) {
    const shown = stringText(context, value.slice(0, context.maxStringLength));
    return `${shown}... ${left} more character${left > 1 ? 's' : ''}`;
  }
  if (value.length <= TEXT_SPLIT_MIN || value.length <= context.breakLength - context.indentation - 4) {
    return context.style(quote(value), 'string');
  }
  const lines = value.split(/(?<=\n)/).map((line) => context.style(quote(line), 'string'));
  return lines.join(` +\n${' '.repeat(context.indentation + 2)}`);
}

function primitive(context, value) {
  switch (typeof value) {
    case 'string':
      return stringText(context, value);
    case 'number':
      return context.style(numberText(value), 'number');
    case 'bigint':
      return context.style(`${value}n`, 'bigint');
    default:
      return context.style(String(value), value === null ? 'null' : typeof value);
  }
}

function constructorName(value) {
  for (let object = value; object; object = Object.getPrototypeOf(object)) {
    const found = Object.getOwnPropertyDescriptor(object, 'constructor');
    if (found && typeof found.value === 'function' && found.value.name !== '') return found.value.name;
  }
  return null;
}

function prefix(value, fallback, size) {
  const name = constructorName(value);
  const tag = typeof value[Symbol.toStringTag] === 'string' ? value[Symbol.toStringTag] : '';
  const counted = size === undefined ? '' : `(${size})`;
  const shown = name === null ? `[${fallback}${counted}: null prototype] ` : `${name}${counted} `;
  return tag !== '' && tag !== name ? `${shown}[${tag}] ` : shown;
}

function functionBase(value) {
  // Sources are not kept. What tells a class from a function is that its prototype cannot be replaced.
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
  if (prototype && !prototype.writable) {
    const parent = Object.getPrototypeOf(value);
    const base = parent && parent.name ? ` extends ${parent.name}` : '';
    return `[class ${value.name || '(anonymous)'}${base}]`;
  }
  const kind = constructorName(value) || 'Function';
  return value.name ? `[${kind}: ${value.name}]` : `[${kind} (anonymous)]`;
}

function errorBase(context, error) {
  const stack = typeof error.stack === 'string' && error.stack !== '' ? error.stack : describe(error);
  return indented(context, withHeader(error, stack));
}

function withHeader(error, stack) {
  const header = describe(error);
  // The header was fixed when the error was made; name and message may have changed since.
  if (stack.includes(header)) return stack.includes('\n    at') ? stack : `[${stack}]`;
  const frames = stack.indexOf('\n    at');
  return frames < 0 ? `[${header}]` : header + stack.slice(frames);
}

function indented(context, text) {
  return context.indentation === 0 ? text : text.replaceAll('\n', `\n${' '.repeat(context.indentation)}`);
}

function keysOf(value, context) {
  const symbols = Object.getOwnPropertySymbols(value);
  if (context.showHidden) return [...Object.getOwnPropertyNames(value), ...symbols];
  const shown = symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
  return [...Object.keys(value), ...shown];
}

function propertyText(context, value, key, level, inArray) {
  const property = Object.getOwnPropertyDescriptor(value, key) || { value: value[key], enumerable: true };
  let shown;
  if (property.get) shown = context.style(property.set ? '[Getter/Setter]' : '[Getter]', 'special');
  else if (property.set) shown = context.style('[Setter]', 'special');
  else {
    context.indentation += 2;
    shown = formatValue(context, property.value, level + 1);
    context.indentation -= 2;
  }
  if (inArray) return shown;
  let name = typeof key === 'symbol' ? `[${context.style(String(key), 'symbol')}]` : key;
  if (typeof key === 'string' && !/^[A-Za-z_$][\w$]*$/.test(key)) name = context.style(quote(key), 'string');
  return `${property.enumerable ? name : `[${name}]`}: ${shown}`;
}

function arrayEntries(context, value, level) {
  const entries = [];
  const shown = Math.min(value.length, context.maxArrayLength);
  for (let i = 0; i < shown; i++) {
    if (i in value) {
      entries.push(propertyText(context, value, i, level, true));
      continue;
    }
    const start = i;
    while (i + 1 < shown && !(i + 1 in value)) i += 1;
    const holes = i - start + 1;
    entries.push(context.style(`<${holes} empty item${holes > 1 ? 's' : ''}>`, 'undefined'));
  }
  return entries.concat(more(value.length - shown));
}

function more(count) {
  return count > 0 ? [`... ${count} more item${count > 1 ? 's' : ''}`] : [];
}

function nestedEntries(context, items, level, show) {
  const entries = [];
  context.indentation += 2;
  for (const item of items) {
    if (entries.length >= context.maxArrayLength) break;
    entries.push(show(item, (value) => formatValue(context, value, level + 1)));
  }
  context.indentation -= 2;
  return entries;
}

function indexed(base, entries) {
  return { open: `${base}[`, close: ']', entries, indexed: true };
}

function collection(name, value, entries) {
  const base = prefix(value, name, value.size).replace(` [${name}]`, '');
  return { open: `${base}{`, close: '}', entries: entries.concat(more(value.size - entries.length)) };
}

const PENDING = 0;
const REJECTED = 2;

function promiseEntries(context, value, level) {
  const [state, result] = native.promiseState(value) || [PENDING];
  if (state === PENDING) return [context.style('<pending>', 'special')];
  const mark = state === REJECTED ? `${context.style('<rejected>', 'special')} ` : '';
  return nestedEntries(context, [result], level, (item, shown) => mark + shown(item));
}

// The braces, what stands before them, and the entries of the parts that are not plain properties.
function partsOf(context, value, level) {
  if (Array.isArray(value)) {
    const plain = constructorName(value) === 'Array';
    const base = plain ? '' : prefix(value, 'Array', value.length);
    return indexed(base, arrayEntries(context, value, level));
  }
  if (value instanceof View) {
    const base = prefix(value, 'TypedArray', value.length).replace(/ \[.*\] $/, ' ');
    return indexed(base, arrayEntries(context, value, level));
  }
  if (value instanceof Map) {
    const show = ([key, item], shown) => `${shown(key)} => ${shown(item)}`;
    return collection('Map', value, nestedEntries(context, value, level, show));
  }
  if (value instanceof Set) {
    return collection('Set', value, nestedEntries(context, value, level, (item, shown) => shown(item)));
  }
  if (typeof value === 'function') return { base: context.style(functionBase(value), 'special') };
  if (value instanceof Error) return { base: errorBase(context, value), isError: true };
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    return { base: context.style(text, 'date') };
  }
  if (value instanceof RegExp) return { base: context.style(String(value), 'regexp') };
  for (const Class of [String, Number, Boolean]) {
    if (value instanceof Class) {
      const text = `[${Class.name}: ${primitive({ ...context, style: plain }, value.valueOf())}]`;
      return { base: context.style(text, typeof value.valueOf()), indexed: Class === String };
    }
  }
  if (value instanceof Promise) {
    return { open: `${constructorName(value)} {`, close: '}', entries: promiseEntries(context, value, level) };
  }
  if (value instanceof WeakMap || value instanceof WeakSet) {
    const entries = [context.style('<items unknown>', 'special')];
    return { open: `${constructorName(value)} {`, close: '}', entries };
  }
  if (value instanceof ArrayBuffer) {
    return { open: 'ArrayBuffer {', close: '}', entries: [`byteLength: ${value.byteLength}`] };
  }
  const name = constructorName(value);
  const isPlain = name === 'Object' && value[Symbol.toStringTag] === undefined;
  return { open: isPlain ? '{' : `${prefix(value, 'Object')}{`, close: '}', entries: [] };
}

function formatObject(context, value, level) {
  const parts = partsOf(context, value, level);
  context.deepest = level;
  let keys = keysOf(value, context);
  if (parts.indexed) keys = keys.filter((key) => typeof key === 'symbol' || !/^(?:0|[1-9]\d*)$/.test(key));
  if (parts.isError) {
    keys = keys.filter((key) => key !== 'stack' && key !== 'message' && key !== 'name');
    if (Object.hasOwn(value, 'cause') && !keys.includes('cause')) keys.push('cause');
  }
  let properties = keys.map((key) => propertyText(context, value, key, level, false));
  let entries = parts.entries || [];
  if (context.sorted) {
    if (parts.indexed) properties.sort(context.sorted);
    else [entries, properties] = [entries.concat(properties).sort(context.sorted), []];
  }
  entries = entries.concat(properties);
  if (parts.base !== undefined && entries.length === 0) return parts.base;
  const open = parts.base === undefined ? parts.open : `${parts.base} {`;
  const close = parts.close || '}';
  if (entries.length === 0) return open + close;
  return arrange(context, entries, open, close, level, parts.indexed && parts.base === undefined ? value : undefined);
}

function arrange(context, entries, open, close, level, list) {
  let lines = entries;
  if (list !== undefined && context.compact > 0) lines = columns.arrange(context, entries, list);
  if (context.deepest - level < context.compact && lines === entries) {
    const start = entries.length + context.indentation + open.length + 10;
    const width = context.colors ? columns.width : (text) => text.length;
    const length = entries.reduce((sum, entry) => sum + width(entry), entries.length + start);
    if (length <= context.breakLength && !entries.some((entry) => entry.includes('\n')) && !open.includes('\n')) {
      return `${open} ${entries.join(', ')} ${close}`;
    }
  }
  const line = `\n${' '.repeat(context.indentation)}`;
  return `${open}${line}  ${lines.join(`,${line}  `)}${line}${close}`;
}

function formatValue(context, value, level) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return primitive(context, value);
  const custom = value[CUSTOM];
  if (typeof custom === 'function' && custom !== inspect) {
    const depth = context.depth === null ? Infinity : context.depth - level;
    const shown = custom.call(value, depth, { ...context.options, depth, stylize: context.style }, inspect);
    if (shown !== value) {
      if (typeof shown !== 'string') return formatValue(context, shown, level);
      return indented(context, shown);
    }
  }
  if (context.path.includes(value)) {
    if (!context.circular.has(value)) context.circular.set(value, context.circular.size + 1);
    return context.style(`[Circular *${context.circular.get(value)}]`, 'special');
  }
  if (context.depth !== null && level > context.depth && typeof value !== 'function' && !(value instanceof Error)) {
    const name = Array.isArray(value) ? 'Array' : constructorName(value) || 'Object: null prototype';
    return context.style(`[${name}]`, 'special');
  }
  context.path.push(value);
  let shown = formatObject(context, value, level);
  context.path.pop();
  if (context.circular.has(value)) {
    shown = `${context.style(`<ref *${context.circular.get(value)}>`, 'special')} ${shown}`;
  }
  return shown;
}

function inspect(value, options, ...rest) {
  // The old signature: inspect(value, showHidden, depth).
  const given = typeof options === 'boolean' ? { showHidden: options, depth: rest[0] } : options;
  let all = DEFAULTS;
  if (given) {
    all = { ...DEFAULTS };
    for (const key of Object.keys(given)) if (given[key] !== undefined) all[key] = given[key];
  }
  const context = {
    options: all,
    depth: all.depth === null || all.depth === Infinity ? null : all.depth,
    showHidden: all.showHidden,
    breakLength: all.breakLength,
    compact: typeof all.compact === 'number' ? all.compact : all.compact ? LEVELS_ON_A_LINE : 0,
    maxArrayLength: all.maxArrayLength === null ? Infinity : all.maxArrayLength,
    maxStringLength: all.maxStringLength === null ? Infinity : all.maxStringLength,
    // What `sort` takes, or nothing.
    sorted: all.sorted === true ? byText : all.sorted,
    colors: all.colors,
    style: all.colors ? painted : plain,
    indentation: 0,
    deepest: 0,
    path: [],
    circular: new Map(),
  };
  return formatValue(context, value, 0);
}
inspect.custom = CUSTOM;
inspect.defaultOptions = DEFAULTS;
inspect.colors = COLORS;
inspect.styles = STYLES;

function byText(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

exports.inspect = inspect;
exports.numberText = numberText;
