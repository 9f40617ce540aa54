// `toLocaleString` and its kin, and the texts of dates, as Node writes them.
'use strict';

const dates = require('internal/locale-dates');
const numbers = require('internal/locale-numbers');

const { toString, toTimeString } = Date.prototype;

// The engine leaves out the name of the zone, which is always the same.
const ZONE = ' (Coordinated Universal Time)';

function zoned(write) {
  return function () {
    const text = Reflect.apply(write, this, []);
    return text === 'Invalid Date' ? text : text + ZONE;
  };
}

const methods = [
  [Date, 'toString', zoned(toString)],
  [Date, 'toTimeString', zoned(toTimeString)],
];

for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
  const write = function (locales, options) {
    return dates.format(name, Date.prototype.getTime.call(this), locales, options);
  };
  methods.push([Date, name, write]);
}

for (const Class of [Number, BigInt]) {
  const write = function (locales, options) {
    return numbers.format(Class.prototype.valueOf.call(this), locales, options);
  };
  methods.push([Class, 'toLocaleString', write]);
}

for (const [Class, name, value] of methods) {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  Object.defineProperty(Class.prototype, name, { value, writable: true, enumerable: false, configurable: true });
}
