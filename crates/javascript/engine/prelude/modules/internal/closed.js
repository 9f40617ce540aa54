'use strict';

// An SDK's object that answers every name it does not have with an error that says so, instead of `undefined is not a
// function`.
const { unsupported } = require('internal/coded-error');

const QUIET = [
  'then',
  'catch',
  'toJSON',
  'inspect',
  'constructor',
  'prototype',
  'nodeType',
  'length',
  'name',
  'default',
  '__esModule',
  'asymmetricMatch',
  '$$typeof',
];

const WAY_OUT = 'bundle the npm package with `hookbox build`, or call the HTTP API with `request`';

/** `target`, refusing unknown names as `title.name`; `wayOut` completes the sentence. */
module.exports = function closed(target, title, wayOut = WAY_OUT) {
  return new Proxy(target, {
    get(object, name, receiver) {
      if (typeof name === 'symbol' || name in object || QUIET.includes(name)) {
        return Reflect.get(object, name, receiver);
      }
      throw unsupported(title + '.' + name, wayOut);
    },
  });
};

module.exports.WAY_OUT = WAY_OUT;
