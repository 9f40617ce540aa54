'use strict';

// `Event`, `EventTarget`, `AbortController`, `AbortSignal` and `DOMException`.

const LISTENERS = Symbol('listeners');
const CREATE = Symbol('create');

const CODES = {
  IndexSizeError: 1,
  NotFoundError: 8,
  NotSupportedError: 9,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidAccessError: 15,
  NetworkError: 19,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
};

class DOMException extends Error {
  constructor(message = '', name = 'Error') {
    super(String(message));
    Object.defineProperty(this, 'name', {
      value: typeof name === 'string' ? name : name.name || 'Error',
      configurable: true,
    });
    Object.defineProperty(this, 'code', { value: CODES[this.name] || 0, configurable: true });
  }
}

class Event {
  constructor(type, options = {}) {
    this.type = String(type);
    this.cancelable = Boolean(options.cancelable);
    this.defaultPrevented = false;
    this.target = null;
    this.currentTarget = null;
  }
  preventDefault() {
    if (this.cancelable) this.defaultPrevented = true;
  }
  stopImmediatePropagation() {
    this.stopped = true;
  }
  stopPropagation() {}
}

class EventTarget {
  constructor() {
    Object.defineProperty(this, LISTENERS, { value: [], writable: true });
  }
  addEventListener(type, listener, options) {
    if (!listener || this[LISTENERS].some((item) => item.type === type && item.listener === listener)) return;
    this[LISTENERS].push({ type, listener, once: Boolean(options && options.once) });
  }
  removeEventListener(type, listener) {
    this[LISTENERS] = this[LISTENERS].filter((item) => item.type !== type || item.listener !== listener);
  }
  dispatchEvent(event) {
    event.target = event.currentTarget = this;
    if (typeof this['on' + event.type] === 'function') this['on' + event.type](event);
    for (const item of this[LISTENERS].slice()) {
      if (item.type !== event.type || event.stopped) continue;
      if (item.once) this.removeEventListener(item.type, item.listener);
      if (typeof item.listener === 'function') item.listener.call(this, event);
      else item.listener.handleEvent(event);
    }
    return !event.defaultPrevented;
  }
}

class AbortSignal extends EventTarget {
  constructor(token) {
    if (token !== CREATE) throw new TypeError('Illegal constructor');
    super();
    this.aborted = false;
    this.reason = undefined;
    this.onabort = null;
  }
  throwIfAborted() {
    if (this.aborted) throw this.reason;
  }

  static abort(reason) {
    const signal = new AbortSignal(CREATE);
    abort(signal, reason);
    return signal;
  }
  static timeout(ms) {
    const signal = new AbortSignal(CREATE);
    // It must not keep a run alive that has nothing else to wait for.
    const timer = setTimeout(
      () => abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      ms
    );
    timer.unref();
    return signal;
  }
  static any(signals) {
    const combined = new AbortSignal(CREATE);
    for (const signal of signals) {
      if (signal.aborted) abort(combined, signal.reason);
      else signal.addEventListener('abort', () => abort(combined, signal.reason), { once: true });
    }
    return combined;
  }
  get [Symbol.toStringTag]() {
    return 'AbortSignal';
  }
}

class AbortController {
  constructor() {
    Object.defineProperty(this, 'signal', { value: new AbortSignal(CREATE), enumerable: true });
  }
  abort(reason) {
    abort(this.signal, reason);
  }
  get [Symbol.toStringTag]() {
    return 'AbortController';
  }
}

function abort(signal, reason) {
  if (signal.aborted) return;
  signal.aborted = true;
  signal.reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
  signal.dispatchEvent(new Event('abort'));
}

/** Calls `listener` with the reason when (or because) the signal is aborted; gives a function that takes it back. */
function onAbort(signal, listener) {
  if (!signal) return () => {};
  if (signal.aborted) {
    listener(signal.reason);
    return () => {};
  }
  const handler = () => listener(signal.reason);
  signal.addEventListener('abort', handler);
  return () => signal.removeEventListener('abort', handler);
}

module.exports = { DOMException, Event, EventTarget, AbortSignal, AbortController, onAbort };
