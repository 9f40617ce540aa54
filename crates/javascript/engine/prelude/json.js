// `JSON.parse` and `JSON.stringify`: what is plain, which is nearly all, goes a way that is several times as fast.
'use strict';

const { jsonParse, jsonStringify } = require('internal/native');

const { parse: parseAny, stringify: stringifyAny } = JSON;

const functions = {
  parse(text, reviver) {
    if (reviver === undefined && typeof text === 'string') {
      const value = jsonParse(text);
      if (value !== undefined) return value;
    }
    return parseAny(text, reviver);
  },

  stringify(value, replacer, space) {
    if (replacer === undefined && space === undefined) {
      const text = jsonStringify(value);
      if (text !== undefined) return text;
    }
    return stringifyAny(value, replacer, space);
  },
};

for (const name of Object.keys(functions)) {
  Object.defineProperty(JSON, name, { value: functions[name], writable: true, enumerable: false, configurable: true });
}
