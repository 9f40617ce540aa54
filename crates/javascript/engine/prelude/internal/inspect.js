// Values as text for people: Node's `util.inspect` and `util.format` in what a hook's console needs of them.
'use strict';

const { describe } = require('./stack');

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const WIDTH = 80;
// So many levels of nesting may share one line.
const LEVELS_ON_A_LINE = 3;
const ITEMS_MAX = 100;
const STRING_MAX = 10000;

const DEFAULTS = { depth: 2, showHidden: false, colors: false, compact: LEVELS_ON_A_LINE, breakLength: WIDTH };

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

function primitive(value, nested) {
  if (typeof value === 'string') {
    const cut = value.length > STRING_MAX ? value.slice(0, STRING_MAX) : value;
    const more = value.length > STRING_MAX ? `... ${value.length - STRING_MAX} more characters` : '';
    return (nested ? quote(cut) : cut) + more;
  }
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  return String(value);
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

function errorBase(error) {
  const stack = typeof error.stack === 'string' && error.stack !== '' ? error.stack : describe(error);
  const header = describe(error);
  // The header was fixed when the error was made; name and message may have changed since.
  if (stack.includes(header)) return stack.includes('\n    at') ? stack : `[${stack}]`;
  const frames = stack.indexOf('\n    at');
  return frames < 0 ? `[${header}]` : header + stack.slice(frames);
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
  if (property.get) shown = property.set ? '[Getter/Setter]' : '[Getter]';
  else if (property.set) shown = '[Setter]';
  else {
    context.indentation += 2;
    shown = formatValue(context, property.value, level + 1);
    context.indentation -= 2;
  }
  if (inArray) return shown;
  let name = typeof key === 'symbol' ? `[${String(key)}]` : key;
  if (typeof key === 'string' && !/^[A-Za-z_$][\w$]*$/.test(key)) name = quote(key);
  return `${property.enumerable ? name : `[${name}]`}: ${shown}`;
}

function arrayEntries(context, value, level) {
  const entries = [];
  const shown = Math.min(value.length, ITEMS_MAX);
  for (let i = 0; i < shown; i++) {
    if (i in value) {
      entries.push(propertyText(context, value, i, level, true));
      continue;
    }
    const start = i;
    while (i + 1 < shown && !(i + 1 in value)) i += 1;
    const holes = i - start + 1;
    entries.push(`<${holes} empty item${holes > 1 ? 's' : ''}>`);
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
    if (entries.length >= ITEMS_MAX) break;
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
  if (typeof value === 'function') return { base: functionBase(value) };
  if (value instanceof Error) return { base: errorBase(value), isError: true };
  if (value instanceof Date) return { base: Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString() };
  if (value instanceof RegExp) return { base: String(value) };
  for (const Class of [String, Number, Boolean]) {
    if (value instanceof Class) {
      return { base: `[${Class.name}: ${primitive(value.valueOf(), true)}]`, indexed: Class === String };
    }
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
    const hidden = value instanceof Promise ? '<unknown>' : '<items unknown>';
    return { open: `${constructorName(value)} {`, close: '}', entries: [hidden] };
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
  const entries = (parts.entries || []).concat(keys.map((key) => propertyText(context, value, key, level, false)));
  if (parts.base !== undefined && entries.length === 0) return parts.base;
  const open = parts.base === undefined ? parts.open : `${parts.base} {`;
  const close = parts.close || '}';
  if (entries.length === 0) return open + close;
  return arrange(context, entries, open, close, level);
}

function arrange(context, entries, open, close, level) {
  if (context.deepest - level < LEVELS_ON_A_LINE) {
    const start = entries.length + context.indentation + open.length + 10;
    const length = entries.reduce((sum, entry) => sum + entry.length, entries.length + start);
    if (length <= context.breakLength && !entries.some((entry) => entry.includes('\n')) && !open.includes('\n')) {
      return `${open} ${entries.join(', ')} ${close}`;
    }
  }
  const line = `\n${' '.repeat(context.indentation)}`;
  return `${open}${line}  ${entries.join(`,${line}  `)}${line}${close}`;
}

function formatValue(context, value, level) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return primitive(value, true);
  const custom = value[CUSTOM];
  if (typeof custom === 'function' && custom !== inspect) {
    const depth = context.depth === null ? Infinity : context.depth - level;
    const shown = custom.call(value, depth, { ...context.options, depth }, inspect);
    if (shown !== value) {
      if (typeof shown !== 'string') return formatValue(context, shown, level);
      return shown.replaceAll('\n', `\n${' '.repeat(context.indentation)}`);
    }
  }
  if (context.path.includes(value)) {
    if (!context.circular.has(value)) context.circular.set(value, context.circular.size + 1);
    return `[Circular *${context.circular.get(value)}]`;
  }
  if (context.depth !== null && level > context.depth && typeof value !== 'function' && !(value instanceof Error)) {
    return `[${Array.isArray(value) ? 'Array' : constructorName(value) || 'Object: null prototype'}]`;
  }
  context.path.push(value);
  let shown = formatObject(context, value, level);
  context.path.pop();
  if (context.circular.has(value)) shown = `<ref *${context.circular.get(value)}> ${shown}`;
  return shown;
}

function inspect(value, options, ...rest) {
  // The old signature: inspect(value, showHidden, depth).
  const given = typeof options === 'boolean' ? { showHidden: options, depth: rest[0] } : options;
  const all = { ...DEFAULTS };
  for (const key of Object.keys(given || {})) if (given[key] !== undefined) all[key] = given[key];
  const context = {
    options: all,
    depth: all.depth === null || all.depth === Infinity ? null : all.depth,
    showHidden: all.showHidden,
    breakLength: all.breakLength,
    indentation: 0,
    deepest: 0,
    path: [],
    circular: new Map(),
  };
  return formatValue(context, value, 0);
}
inspect.custom = CUSTOM;
inspect.defaultOptions = DEFAULTS;

function hasTextOfItsOwn(value) {
  if (value instanceof Error) return true;
  const { toString } = value;
  return typeof toString === 'function' && toString !== Object.prototype.toString && !Array.isArray(value);
}

function formatted(directive, value) {
  switch (directive) {
    case 's':
      if (typeof value === 'object' && value !== null) {
        return hasTextOfItsOwn(value) ? String(value) : inspect(value, { depth: 0 });
      }
      return primitive(value, false);
    case 'd':
      if (typeof value === 'bigint') return `${value}n`;
      return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : primitive(Number(value), false);
    case 'i':
      if (typeof value === 'bigint') return `${value}n`;
      return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : primitive(parseInt(value, 10), false);
    case 'f':
      return typeof value === 'symbol' ? 'NaN' : primitive(parseFloat(value), false);
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

function format(...args) {
  const [first] = args;
  let used = 0;
  let text = '';
  if (typeof first === 'string') {
    used = 1;
    text = args.length === 1 ? first : first.replace(/%([sdifjoOc%])/g, (whole, directive) => {
      if (directive === '%') return '%';
      return used < args.length ? formatted(directive, args[used++]) : whole;
    });
  }
  for (let i = used; i < args.length; i++) {
    if (i > 0) text += ' ';
    text += typeof args[i] === 'string' ? args[i] : inspect(args[i]);
  }
  return text;
}

exports.inspect = inspect;
exports.format = format;
