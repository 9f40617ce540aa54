// `performance`, counted from the first time that a run asks.
'use strict';

const native = require('internal/native');

let origin;

module.exports = {
  get timeOrigin() {
    if (origin === undefined) origin = native.now();
    return origin;
  },
  now() {
    return native.now() - this.timeOrigin;
  },
  mark() {},
  measure() {},
  toJSON() {
    return { timeOrigin: this.timeOrigin };
  },
};
