'use strict';

// `events`: `EventEmitter` as Node has it, with `once`, `on` left to promises of `events.once`.
const HANDLERS = require('internal/handlers');
const { coded } = require('internal/coded-error');

// The list of listeners is made at the first one: most emitters of a run never get any.
function EventEmitter() {}

EventEmitter.init = function init() {};
EventEmitter.defaultMaxListeners = 10;
EventEmitter.EventEmitter = EventEmitter;

const methods = {
  on(name, listener) {
    return add(this, name, listener, false);
  },
  addListener(name, listener) {
    return add(this, name, listener, false);
  },
  prependListener(name, listener) {
    return add(this, name, listener, true);
  },
  // Through the emitter's own `on`: of a stream it is what starts it.
  once(name, listener) {
    check(listener);
    return this.on(name, wrapOnce(this, name, listener));
  },
  prependOnceListener(name, listener) {
    check(listener);
    return this.prependListener(name, wrapOnce(this, name, listener));
  },

  off(name, listener) {
    return this.removeListener(name, listener);
  },
  removeListener(name, listener) {
    check(listener);
    const list = handlers(this).get(name) || [];
    for (let i = list.length - 1; i >= 0; i--) {
      if (list[i] !== listener && list[i].listener !== listener) continue;
      store(this, name, list.slice(0, i).concat(list.slice(i + 1)));
      if (handlers(this).has('removeListener')) this.emit('removeListener', name, listener);
      break;
    }
    return this;
  },
  removeAllListeners(name) {
    if (arguments.length === 0) reset(this);
    else handlers(this).delete(name);
    return this;
  },

  emit(name, ...args) {
    const known = this[HANDLERS];
    const list = known && known.get(name);
    if (!list) {
      if (name === 'error') throw unhandled(args[0]);
      return false;
    }
    for (const listener of list) Reflect.apply(listener, this, args);
    return true;
  },

  listenerCount(name, listener) {
    const known = this[HANDLERS];
    const list = (known && known.get(name)) || [];
    return listener ? list.filter((item) => item === listener || item.listener === listener).length : list.length;
  },
  listeners(name) {
    return (handlers(this).get(name) || []).map((item) => item.listener || item);
  },
  rawListeners(name) {
    return (handlers(this).get(name) || []).slice();
  },
  eventNames() {
    return Array.from(handlers(this).keys());
  },
  setMaxListeners() {
    return this;
  },
  getMaxListeners() {
    return EventEmitter.defaultMaxListeners;
  },
};
Object.assign(EventEmitter.prototype, methods);

/** A promise for the arguments of the next such event; an `error` event rejects it. */
EventEmitter.once = function once(emitter, name) {
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      emitter.removeListener(name, onEvent);
      reject(error);
    };
    const onEvent = (...args) => {
      emitter.removeListener('error', onError);
      resolve(args);
    };
    emitter.once(name, onEvent);
    if (name !== 'error') emitter.once('error', onError);
  });
};

EventEmitter.listenerCount = (emitter, name) => emitter.listenerCount(name);
EventEmitter.setMaxListeners = () => {};
EventEmitter.errorMonitor = Symbol('events.errorMonitor');

function reset(emitter) {
  Object.defineProperty(emitter, HANDLERS, { value: new Map(), writable: true, configurable: true });
}

/** Made on first use, for objects that inherit the prototype without calling the constructor. */
function handlers(emitter) {
  if (!Object.prototype.hasOwnProperty.call(emitter, HANDLERS)) reset(emitter);
  return emitter[HANDLERS];
}

function store(emitter, name, list) {
  if (list.length) handlers(emitter).set(name, list);
  else handlers(emitter).delete(name);
}

function add(emitter, name, listener, first) {
  check(listener);
  const known = handlers(emitter);
  if (known.has('newListener')) emitter.emit('newListener', name, listener.listener || listener);
  const list = known.get(name) || [];
  known.set(name, first ? [listener].concat(list) : list.concat([listener]));
  return emitter;
}

function wrapOnce(emitter, name, listener) {
  const wrapped = function (...args) {
    emitter.removeListener(name, wrapped);
    return Reflect.apply(listener, this, args);
  };
  wrapped.listener = listener;
  return wrapped;
}

function check(listener) {
  if (typeof listener !== 'function') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      'The "listener" argument must be of type function. Received ' +
        (listener === null || listener === undefined ? String(listener) : 'type ' + typeof listener)
    );
  }
}

function unhandled(value) {
  if (value instanceof Error) return value;
  const error = coded(Error, 'ERR_UNHANDLED_ERROR', 'Unhandled error. (' + String(value) + ')');
  error.context = value;
  return error;
}

module.exports = EventEmitter;
