'use strict';

// `ms`: '2 days' to milliseconds, and milliseconds to '2d' (or '2 days' with `{long: true}`).
const duration = require('internal/duration');

module.exports = function ms(value, options) {
  if (typeof value === 'string' && value !== '') return duration.parse(value);
  if (typeof value === 'number' && Number.isFinite(value)) {
    return duration.format(value, Boolean(options && options.long));
  }
  throw new Error('val is not a non-empty string or a valid number. val=' + JSON.stringify(value));
};
