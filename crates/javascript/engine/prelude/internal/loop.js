// What a run waits for: calls and timers of the host, and what is due before the next of their events.
'use strict';

const native = require('internal/native');

// Host id → { callback, counts }. An entry that counts keeps the run from being over.
const waiting = new Map();
let counted = 0;

const ticks = [];
const immediates = [];

function wait(id, callback) {
  waiting.set(id, { callback, counts: true });
  counted += 1;
  return id;
}

function forget(id) {
  const entry = waiting.get(id);
  if (entry === undefined) return undefined;
  waiting.delete(id);
  if (entry.counts) counted -= 1;
  return entry;
}

// Calls back once, after `ms` milliseconds.
exports.startTimer = function (ms, callback) {
  return wait(native.timerStart(ms), callback);
};

exports.stopTimer = forget;

// Whether the timer keeps the run from being over, as Node's `ref` and `unref` say.
exports.setCounts = function (id, counts) {
  const entry = waiting.get(id);
  if (entry === undefined || entry.counts === counts) return;
  entry.counts = counts;
  counted += counts ? 1 : -1;
};

// Starts an HTTP call, given as the README says for `send`; calls back with its event.
exports.startCall = function (request, callback) {
  return wait(native.httpStart(request), callback);
};

exports.stopCall = forget;

// Hands an event of the host to whoever waits for it. One that nobody waits for any more is dropped.
exports.deliver = function (event) {
  const entry = forget(event.id);
  if (entry !== undefined) (0, entry.callback)(event);
};

// What is called when the run is over, however it ends.
exports.endings = undefined;
exports.atEnd = function (callback) {
  exports.endings = (exports.endings || []).concat(callback);
};

exports.isWaiting = function () {
  return counted > 0;
};

// The host has nothing under way: what is still waited for will not come.
exports.forgetAll = function () {
  waiting.clear();
  counted = 0;
};

exports.nextTick = function nextTick(callback, ...args) {
  ticks.push(args.length === 0 ? callback : () => callback(...args));
};

// The next callback of `nextTick`, or undefined.
exports.takeTick = function () {
  return ticks.length > 0 ? ticks.shift() : undefined;
};

exports.startImmediate = function (callback) {
  const entry = { callback };
  immediates.push(entry);
  return entry;
};

exports.stopImmediate = function (entry) {
  const index = immediates.indexOf(entry);
  if (index >= 0) immediates.splice(index, 1);
};

// The next callback of `setImmediate`, or undefined.
exports.takeImmediate = function () {
  return immediates.length > 0 ? immediates.shift().callback : undefined;
};
