// `console.table`: rows of an object or a list under the names of their properties.
'use strict';

const { inspect } = require('internal/inspect');

const INDEX = '(index)';
const ITERATION = '(iteration index)';
const KEY = 'Key';
const VALUES = 'Values';

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

// What stands in a cell: nested objects show their first level only.
const textOf = (value) => inspect(value, { maxArrayLength: 3, depth: isObject(value) ? 0 : 1, breakLength: Infinity });

/** The table as text; undefined for what has no rows. */
exports.table = function (data, properties) {
  if (!isObject(data)) return undefined;
  if (data instanceof Map) {
    const rows = [...data];
    const [keys, values] = [rows.map(([key]) => textOf(key)), rows.map(([, value]) => textOf(value))];
    return draw([ITERATION, KEY, VALUES], [numbered(rows), keys, values]);
  }
  if (data instanceof Set) {
    const rows = [...data];
    return draw([ITERATION, VALUES], [numbered(rows), rows.map(textOf)]);
  }
  return ofRows(data, properties);
};

const numbered = (rows) => rows.map((_, i) => String(i));

function ofRows(data, properties) {
  const names = Object.keys(data);
  const columns = new Map((properties || []).map((name) => [name, []]));
  const values = [];
  names.forEach((name, row) => {
    const item = data[name];
    if (!isObject(item)) {
      values[row] = textOf(item);
      return;
    }
    for (const key of properties || Object.keys(item)) {
      if (!columns.has(key)) columns.set(key, []);
      if (Object.hasOwn(item, key)) columns.get(key)[row] = textOf(item[key]);
    }
  });
  const titles = [INDEX, ...columns.keys()];
  const cells = [names, ...columns.values()];
  if (values.length > 0) return draw([...titles, VALUES], [...cells, values]);
  return draw(titles, cells);
}

function draw(titles, columns) {
  const rows = columns[0].map((_, row) => columns.map((column) => column[row] || ''));
  const widths = titles.map((title, i) => rows.reduce((most, row) => Math.max(most, row[i].length), title.length) + 2);
  const rule = (left, middle, right) => left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const line = (cells) => `│${cells.map((cell, i) => ` ${cell}`.padEnd(widths[i])).join('│')}│`;
  return [rule('┌', '┬', '┐'), line(titles), rule('├', '┼', '┤'), ...rows.map(line), rule('└', '┴', '┘')].join('\n');
}
