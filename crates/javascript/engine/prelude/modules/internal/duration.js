'use strict';

// Time spans in words, as `ms` reads them: '2 days', '1h', '10.5m', '100'.

const DAY = 86400000;
const UNITS = [
  [/^(years?|yrs?|y)$/i, DAY * 365.25],
  [/^(weeks?|w)$/i, DAY * 7],
  [/^(days?|d)$/i, DAY],
  [/^(hours?|hrs?|h)$/i, 3600000],
  [/^(minutes?|mins?|m)$/i, 60000],
  [/^(seconds?|secs?|s)$/i, 1000],
  [/^(milliseconds?|msecs?|ms)?$/i, 1],
];

/** Milliseconds, or undefined where the text is no time span. */
exports.parse = function parse(text) {
  const match = /^(-?(?:\d+)?\.?\d+) *([a-z]*)$/i.exec(String(text));
  const unit = match && UNITS.find(([pattern]) => pattern.test(match[2]));
  return unit ? Number(match[1]) * unit[1] : undefined;
};

/** The largest whole unit: `1m`, or `1 minute` when `long`. */
exports.format = function format(ms, long) {
  const size = Math.abs(ms);
  for (const [limit, short, word] of [
    [DAY, 'd', 'day'],
    [3600000, 'h', 'hour'],
    [60000, 'm', 'minute'],
    [1000, 's', 'second'],
  ]) {
    if (size >= limit) {
      const count = Math.round(ms / limit);
      return long ? count + ' ' + word + (size >= limit * 1.5 ? 's' : '') : count + short;
    }
  }
  return long ? ms + ' ms' : ms + 'ms';
};
