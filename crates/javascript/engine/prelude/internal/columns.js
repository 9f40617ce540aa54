// Lists of more than a few items, side by side: as many columns as make a shape that is easy to read.
'use strict';

const GROUPED_MIN = 7;
const COLUMNS_MAX = 15;
const COLUMNS_PER_LEVEL = 4;
// A character is so many times as high as wide.
const HEIGHT = 2.5;
const SEPARATOR = ', '.length;

const CODES = /\u001b\[\d+m/g;

/** How wide a text shows that may be in colours. */
exports.width = function (text) {
  return text.replace(CODES, '').length;
};

/** The lines of a list's entries, or the entries themselves where they stay one a line. */
exports.arrange = function (context, entries, list) {
  if (entries.length < GROUPED_MIN) return entries;
  // The last entry may say that there are more: it gets a line of its own.
  const shown = entries.length > context.maxArrayLength ? entries.slice(0, -1) : entries;
  const widths = shown.map(context.colors ? exports.width : (entry) => entry.length);
  const count = columnCount(context, widths, entries.length);
  if (count <= 1) return entries;
  const columnWidths = Array.from({ length: count }, (_, column) =>
    widths.reduce((most, width, i) => (i % count === column ? Math.max(most, width) : most), 0)
  );
  const cell = Array.prototype.every.call(list, isNumeric) ? alignedRight : alignedLeft;
  const lines = [];
  for (let start = 0; start < shown.length; start += count) {
    const end = Math.min(start + count, shown.length);
    let line = '';
    for (let i = start; i < end; i++) {
      line += cell(shown[i], columnWidths[i - start] - widths[i], i === end - 1);
    }
    lines.push(line);
  }
  return shown === entries ? lines : lines.concat(entries[entries.length - 1]);
};

function columnCount(context, widths, entries) {
  const most = widths.reduce((a, b) => Math.max(a, b), 0);
  const cell = most + SEPARATOR;
  const total = widths.reduce((sum, width) => sum + width + SEPARATOR, 0);
  // Three must fit, and entries of very different width would leave more room than they fill.
  const isEven = total / cell > 5 || most <= 6;
  if (cell * 3 + context.indentation >= context.breakLength || !isEven) return 1;
  const biased = Math.max(cell - 3 - Math.sqrt(cell - total / entries), 1);
  return Math.min(
    Math.round(Math.sqrt(HEIGHT * biased * widths.length) / biased),
    Math.floor((context.breakLength - context.indentation) / cell),
    context.compact * COLUMNS_PER_LEVEL,
    COLUMNS_MAX
  );
}

function isNumeric(item) {
  return typeof item === 'number' || typeof item === 'bigint';
}

function alignedRight(text, room, isLast) {
  return ' '.repeat(room) + text + (isLast ? '' : ', ');
}

function alignedLeft(text, room, isLast) {
  return isLast ? text : `${text}, ${' '.repeat(room)}`;
}
