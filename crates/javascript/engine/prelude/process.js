// `process`, as far as a hook has one: no environment, no arguments, no signals.
'use strict';

const native = require('internal/native');
const loop = require('internal/loop');

const VERSION = '22.0.0';

let startedMs;

function uptimeMs() {
  if (startedMs === undefined) startedMs = native.now();
  return native.now() - startedMs;
}

function hrtime(previous) {
  const ms = native.now();
  let seconds = Math.floor(ms / 1e3);
  let nanoseconds = Math.round((ms % 1e3) * 1e6);
  if (previous) {
    seconds -= previous[0];
    nanoseconds -= previous[1];
    if (nanoseconds < 0) {
      seconds -= 1;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = () => BigInt(Math.round(native.now() * 1e6));

// What is written without a line break at its end is a line too, when the run is over.
function output(level, fd) {
  const { Writable } = require('stream');
  const { StringDecoder } = require('string_decoder');
  const decoder = new StringDecoder('utf8');
  let rest = '';
  loop.atEnd(() => {
    if (rest !== '') native.log(level, rest);
    rest = '';
  });
  const stream = new Writable({
    autoDestroy: false,
    decodeStrings: false,
    write(chunk, encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop();
      for (const line of lines) native.log(level, line);
      done();
    },
  });
  return Object.assign(stream, { fd, isTTY: false, _isStdio: true });
}

// A stream that is made when a script first looks for it.
function later(name, level, fd) {
  Object.defineProperty(process, name, {
    get() {
      const value = output(level, fd);
      Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  });
}

// An environment holds texts: what is put into it becomes one.
const env = new Proxy(
  {},
  {
    set(texts, name, value) {
      if (typeof name === 'symbol' || typeof value === 'symbol') {
        throw new TypeError('Cannot convert a Symbol value to a string');
      }
      texts[name] = String(value);
      return true;
    },
  }
);

const process = {
  title: 'hookbox',
  version: 'v' + VERSION,
  versions: { node: VERSION },
  release: { name: 'node' },
  platform: 'linux',
  arch: 'x64',
  pid: 1,
  ppid: 0,
  argv: [],
  execArgv: [],
  env,
  exitCode: undefined,
  nextTick: loop.nextTick,
  hrtime,
  uptime: () => uptimeMs() / 1e3,
  cwd: () => '/',
  umask: () => 0o22,
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  emitWarning(warning) {
    native.log(2, String(warning));
  },
  exit() {
    throw new Error('process.exit is not available in a hook: call cb to finish');
  },
};

later('stdout', 1, 1);
later('stderr', 3, 2);

// A hook has no process events; what listens for them is kept quiet.
for (const name of ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'prependListener']) {
  process[name] = () => process;
}
process.listeners = () => [];
process.listenerCount = () => 0;
process.emit = () => false;

module.exports = process;
