'use strict';

// `bluebird`, thin over the language's promises: new, all, race, any, some, allSettled, resolve, reject, try, method,
// map, mapSeries, each, filter, reduce, props, delay, promisify, promisifyAll, fromCallback, defer, join, bind, using;
// on instances tap, spread, delay, timeout, return, throw, get, call, map, each, filter, reduce, props, some, any,
// reflect, bind, asCallback, nodeify, done, error, disposer, isFulfilled and its kin, and `catch` with error classes.
// No cancellation, no long stack traces.
const native = require('internal/native');
const {
  AggregateError,
  CancellationError,
  Inspection,
  OperationalError,
  TimeoutError,
  matches,
  operational,
} = require('internal/bluebird-outcomes');

// What `bind` was given, on the promises that come of it.
const BOUND = Symbol('bound');

/** The handler with the `this` that the promise is bound to. */
function bound(promise, handler) {
  const to = promise[BOUND];
  if (to === undefined || typeof handler !== 'function') return handler;
  return (...args) => Reflect.apply(handler, to.value, args);
}

function bindTo(promise, to) {
  if (to !== undefined) Object.defineProperty(promise, BOUND, { value: to });
  return promise;
}

class Bluebird extends Promise {
  then(onValue, onError) {
    return bindTo(super.then(bound(this, onValue), bound(this, onError)), this[BOUND]);
  }
  finally(onSettled) {
    return super.finally(bound(this, onSettled));
  }
  bind(value) {
    return bindTo(super.then(), { value });
  }

  catch(...args) {
    const handler = bound(this, args.pop());
    if (args.length === 0) return super.catch(handler);
    return super.catch((error) => {
      if (args.some((filter) => matches(filter, error))) return handler(error);
      throw error;
    });
  }

  error(handler) {
    return this.catch(OperationalError, handler);
  }

  tap(handler) {
    const run = bound(this, handler);
    return this.then((value) => Bluebird.resolve(run(value)).then(() => value));
  }
  tapCatch(...args) {
    const run = bound(this, args.pop());
    const rethrow = (error) =>
      Bluebird.resolve(run(error)).then(() => {
        throw error;
      });
    return this.catch(...args, rethrow);
  }
  spread(handler) {
    const run = bound(this, handler);
    return this.then((list) => Bluebird.all(list)).then((list) => run(...list));
  }
  delay(ms) {
    return this.then((value) => Bluebird.delay(ms, value));
  }
  return(value) {
    return this.then(() => value);
  }
  throw(error) {
    return this.then(() => {
      throw error;
    });
  }
  catchReturn(...args) {
    const value = args.pop();
    return this.catch(...args, () => value);
  }
  catchThrow(...args) {
    const error = args.pop();
    return this.catch(...args, () => {
      throw error;
    });
  }
  get(key) {
    return this.then((value) => value[key < 0 ? Math.max(0, key + value.length) : key]);
  }
  call(name, ...args) {
    return this.then((value) => value[name](...args));
  }
  map(mapper, options) {
    return this.then((list) => Bluebird.map(list, mapper, options));
  }
  mapSeries(mapper) {
    return this.then((list) => Bluebird.mapSeries(list, mapper));
  }
  each(visitor) {
    return this.then((list) => Bluebird.each(list, visitor));
  }
  filter(test) {
    return this.then((list) => Bluebird.filter(list, test));
  }
  reduce(reducer, initial) {
    return this.then((list) => Bluebird.reduce(list, reducer, initial));
  }
  props() {
    return this.then((object) => Bluebird.props(object));
  }
  all() {
    return this.then((list) => Bluebird.all(list));
  }
  some(count) {
    return this.then((list) => Bluebird.some(list, count));
  }
  any() {
    return this.then((list) => Bluebird.any(list));
  }
  race() {
    return this.then((list) => Bluebird.race(list));
  }
  allSettled() {
    return this.then((list) => Bluebird.allSettled(list));
  }
  reflect() {
    const outcome = () => new Inspection(native.promiseState(this));
    return this.then(outcome, outcome);
  }

  // What is known of the promise now.
  isPending() {
    return new Inspection(native.promiseState(this)).isPending();
  }
  isFulfilled() {
    return new Inspection(native.promiseState(this)).isFulfilled();
  }
  isRejected() {
    return new Inspection(native.promiseState(this)).isRejected();
  }
  isCancelled() {
    return false;
  }
  value() {
    return new Inspection(native.promiseState(this)).value();
  }
  reason() {
    this.suppressUnhandledRejections();
    return new Inspection(native.promiseState(this)).reason();
  }
  suppressUnhandledRejections() {
    super.then(undefined, () => {});
  }
  // Without cancellation switched on, the package does nothing here either.
  cancel() {}

  disposer(dispose) {
    return { promise: this, dispose };
  }

  done(onValue, onError) {
    this.then(onValue, onError);
  }

  timeout(ms, message) {
    return new Bluebird((resolve, reject) => {
      const timer = setTimeout(() => reject(message instanceof Error ? message : new TimeoutError(message)), ms);
      this.then(resolve, reject).then(() => clearTimeout(timer));
    });
  }

  asCallback(callback, options) {
    if (typeof callback === 'function') {
      const spreads = options && options.spread;
      this.then(
        (value) => setImmediate(callback, null, ...(spreads && Array.isArray(value) ? value : [value])),
        (error) => setImmediate(callback, error)
      );
    }
    return this;
  }
  nodeify(callback, options) {
    return this.asCallback(callback, options);
  }

  static try(run) {
    return new Bluebird((resolve) => resolve(run()));
  }
  static attempt(run) {
    return Bluebird.try(run);
  }
  static method(run) {
    return function (...args) {
      return Bluebird.try(() => run.apply(this, args));
    };
  }
  static delay(ms, value) {
    return new Bluebird((resolve, reject) => setTimeout(() => Promise.resolve(value).then(resolve, reject), ms));
  }
  static join(...args) {
    const handler = typeof args[args.length - 1] === 'function' ? args.pop() : (...values) => values;
    return Bluebird.all(args).then((values) => handler(...values));
  }
  static props(object) {
    const names = Object.keys(object);
    return Bluebird.all(names.map((name) => object[name])).then((values) =>
      Object.fromEntries(names.map((name, i) => [name, values[i]]))
    );
  }

  static bind(value, promise) {
    return Bluebird.resolve(promise).bind(value);
  }
  /** The first `count` values; an AggregateError of the reasons once so many cannot be had any more. */
  static some(input, count) {
    return Bluebird.resolve(input).then(
      (items) =>
        new Bluebird((resolve, reject) => {
          const list = Array.from(items);
          const [values, reasons] = [[], []];
          const settle = () => {
            if (values.length >= count) resolve(values.slice(0, count));
            else if (list.length - reasons.length < count) reject(new AggregateError(reasons));
          };
          settle();
          for (const item of list) {
            Bluebird.resolve(item).then(
              (value) => values.push(value) && settle(),
              (reason) => reasons.push(reason) && settle()
            );
          }
        })
    );
  }
  static any(input) {
    return Bluebird.some(input, 1).then(([value]) => value);
  }
  static allSettled(input) {
    return Bluebird.resolve(input).then((items) =>
      Bluebird.all(Array.from(items, (item) => Bluebird.resolve(item).reflect()))
    );
  }
  /** `using(resource, …, run)`: what `disposer` gave is disposed of when `run` has ended. */
  static using(...args) {
    const run = args.pop();
    const list = args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
    const promises = list.map((item) => Bluebird.resolve(item && item.dispose ? item.promise : item));
    const given = list === args ? (values) => run(...values) : run;
    return Bluebird.all(promises)
      .then(given)
      .finally(() =>
        Bluebird.all(
          list.map((item, i) => item && item.dispose && promises[i].isFulfilled() && item.dispose(promises[i].value()))
        )
      );
  }

  static map(input, mapper, options) {
    return Bluebird.resolve(input).then(async (items) => {
      const list = Array.from(items);
      const results = new Array(list.length);
      let next = 0;
      const work = async () => {
        while (next < list.length) {
          const index = next++;
          results[index] = await mapper(await list[index], index, list.length);
        }
      };
      const workers = Math.min(list.length, (options && options.concurrency) || list.length);
      await Promise.all(Array.from({ length: workers }, work));
      return results;
    });
  }
  static mapSeries(input, mapper) {
    return Bluebird.map(input, mapper, { concurrency: 1 });
  }
  static each(input, visitor) {
    return Bluebird.resolve(input).then(async (list) => {
      for (let i = 0; i < list.length; i++) await visitor(await list[i], i, list.length);
      return list;
    });
  }
  static filter(input, test) {
    return Bluebird.resolve(input).then(async (items) => {
      const list = await Promise.all(items);
      const kept = await Promise.all(list.map((item, i) => test(item, i, list.length)));
      return list.filter((item, i) => kept[i]);
    });
  }
  static reduce(input, reducer, initial) {
    return Bluebird.resolve(input).then(async (items) => {
      const list = await Promise.all(items);
      let value = initial === undefined ? list.shift() : await initial;
      for (let i = 0; i < list.length; i++) value = await reducer(value, list[i], i, list.length);
      return value;
    });
  }

  static defer() {
    const deferred = {};
    deferred.promise = new Bluebird((resolve, reject) => Object.assign(deferred, { resolve, reject }));
    return deferred;
  }
  static fromCallback(run, options) {
    return new Bluebird((resolve, reject) => run(callbackOf(resolve, reject, options)));
  }
  static promisify(original, options) {
    if (typeof original !== 'function') {
      throw new TypeError('expecting a function but got ' + Object.prototype.toString.call(original));
    }
    const { context } = options || {};
    return function (...args) {
      const self = context === undefined ? this : context;
      return new Bluebird((resolve, reject) => {
        Reflect.apply(original, self, args.concat([callbackOf(resolve, reject, options)]));
      });
    };
  }
  static promisifyAll(target, options) {
    for (const value of Object.values(Object.getOwnPropertyDescriptors(target)).map((property) => property.value)) {
      if (!isClass(value)) continue;
      addPromisified(value.prototype, options);
      addPromisified(value, options);
    }
    return addPromisified(target, options);
  }
  static is(value) {
    return Boolean(value) && typeof value.then === 'function';
  }
}

/** A callback that settles a promise; with `multiArgs` its value is the list of all arguments after the error. */
function callbackOf(resolve, reject, options) {
  const takesAll = options && options.multiArgs;
  return (error, ...values) => (error ? reject(operational(error)) : resolve(takesAll ? values : values[0]));
}

function isClass(value) {
  return typeof value === 'function' && value.prototype && Object.getOwnPropertyNames(value.prototype).length > 1;
}

/** Adds `nameAsync` for every method. */
function addPromisified(target, options) {
  const { suffix = 'Async', filter, promisifier } = options || {};
  const promisify = promisifier || ((original) => Bluebird.promisify(original, options));
  for (let object = target; !isRoot(object); object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) {
      const { value } = Object.getOwnPropertyDescriptor(object, name);
      const isMethod = typeof value === 'function' && name !== 'constructor' && !name.endsWith(suffix);
      const isWanted = name[0] !== '_' && !isClass(value);
      if (!isMethod || !(filter ? filter(name, value, target, isWanted) : isWanted)) continue;
      Object.defineProperty(object, name + suffix, { value: promisify(value), writable: true, configurable: true });
    }
  }
  return target;
}

function isRoot(object) {
  return !object || object === Object.prototype || object === Function.prototype;
}

const names = Bluebird.prototype;
Object.assign(Bluebird, {
  TimeoutError,
  OperationalError,
  RejectionError: OperationalError,
  CancellationError,
  AggregateError,
  PromiseInspection: Inspection,
  Promise: Bluebird,
  default: Bluebird,
  cast: (value) => Bluebird.resolve(value),
  fulfilled: (value) => Bluebird.resolve(value),
  rejected: (reason) => Bluebird.reject(reason),
  pending: Bluebird.defer,
  fromNode: Bluebird.fromCallback,
  // Settings of diagnostics and of the scheduler, which there are none of.
  config() {},
  longStackTraces() {},
  hasLongStackTraces: () => false,
  onPossiblyUnhandledRejection() {},
  onUnhandledRejectionHandled() {},
  setScheduler() {},
  noConflict: () => Bluebird,
  getNewLibraryCopy: () => Bluebird,
});
for (const [name, method] of [
  ['caught', names.catch],
  ['lastly', names.finally],
  ['thenReturn', names.return],
  ['thenThrow', names.throw],
]) {
  Object.defineProperty(names, name, { value: method, writable: true, configurable: true });
}
Bluebird.coroutine = (generator) =>
  function (...args) {
    const steps = generator.apply(this, args);
    const advance = (result) =>
      result.done
        ? result.value
        : Bluebird.resolve(result.value).then(
            (value) => advance(steps.next(value)),
            (error) => advance(steps.throw(error))
          );
    return Bluebird.try(() => advance(steps.next()));
  };

module.exports = Bluebird;
