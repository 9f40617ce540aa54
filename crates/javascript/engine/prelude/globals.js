// Which names are global for scripts, besides those of the language.
'use strict';

require('./json');
require('./locale');

// Name, module, and its export; no export stands for the module itself.
exports.ofModules = [
  ['AbortController', 'internal/abort', 'AbortController'],
  ['AbortSignal', 'internal/abort', 'AbortSignal'],
  ['Blob', 'internal/blob', 'Blob'],
  ['Buffer', 'buffer', 'Buffer'],
  ['DOMException', 'internal/abort', 'DOMException'],
  ['Event', 'internal/abort', 'Event'],
  ['EventTarget', 'internal/abort', 'EventTarget'],
  ['File', 'internal/blob', 'File'],
  ['FormData', 'internal/fetch', 'FormData'],
  ['Headers', 'internal/fetch', 'Headers'],
  ['Request', 'internal/fetch', 'Request'],
  ['Response', 'internal/fetch', 'Response'],
  ['TextDecoder', 'internal/text-encoding', 'TextDecoder'],
  ['TextEncoder', 'internal/text-encoding', 'TextEncoder'],
  ['URL', 'url', 'URL'],
  ['URLSearchParams', 'url', 'URLSearchParams'],
  ['atob', 'buffer', 'atob'],
  ['btoa', 'buffer', 'btoa'],
  ['crypto', 'internal/webcrypto', 'webcrypto'],
  ['fetch', 'internal/fetch', 'fetch'],
];

// What the core itself provides.
exports.core = function (require) {
  const timers = require('./timers');
  return {
    global: globalThis,
    console: require('./console'),
    process: require('./process'),
    structuredClone: require('./structured-clone'),
    performance: require('./performance'),
    setTimeout: timers.setTimeout,
    setInterval: timers.setInterval,
    setImmediate: timers.setImmediate,
    clearTimeout: timers.clearTimeout,
    clearInterval: timers.clearInterval,
    clearImmediate: timers.clearImmediate,
    queueMicrotask: timers.queueMicrotask,
    ...require('internal/errors'),
  };
};

// Pre-initialisation would freeze the engine's own generator: every run would draw the same numbers.
Object.defineProperty(Math, 'random', {
  value: require('internal/native').random,
  writable: true,
  enumerable: false,
  configurable: true,
});
