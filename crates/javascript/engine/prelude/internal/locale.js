// What is told of a language: there is one, American English, and one time zone, UTC.
'use strict';

const TAG = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;
const KNOWN = /^en(-us)?$/i;

// Loaded at the first warning: the module is above the core.
const warnOnce = (message) => require('internal/warn-once')(message);

/** Refuses what is no name of a language, and says that another one has no effect. */
exports.check = function (method, locales) {
  if (locales === undefined) return;
  const list = typeof locales === 'string' ? [locales] : Array.from(locales);
  for (const locale of list) {
    if (!TAG.test(locale)) throw new RangeError(`Incorrect locale information provided: ${locale}`);
  }
  if (list.length > 0 && !list.some((locale) => KNOWN.test(locale))) {
    warnOnce(`${method}: '${list[0]}' is not built in; the text is written as in en-US`);
  }
};

/** Says which of the options have no effect. */
exports.checkOptions = function (method, options, known) {
  for (const name of Object.keys(options)) {
    if (options[name] !== undefined && !known.has(name)) warnOnce(`${method}: the option '${name}' has no effect`);
  }
};

exports.warnOnce = warnOnce;
