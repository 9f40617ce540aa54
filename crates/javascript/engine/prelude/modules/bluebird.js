'use strict';

// `bluebird`, thin over the language's promises: new, all, race, any, resolve, reject, try, method, map, mapSeries,
// each, filter, reduce, props, delay, promisify, promisifyAll, fromCallback, defer, join; on instances tap, spread,
// delay, timeout, return, get, map, each, filter, reduce, props, asCallback, nodeify, done, and `catch` with error
// classes. No cancellation, no long stack traces.
const { promisify } = require('util');

class TimeoutError extends Error {
  constructor(message = 'operation timed out') {
    super(message);
    this.name = 'TimeoutError';
  }
}

class Bluebird extends Promise {
  catch(...args) {
    const handler = args.pop();
    if (args.length === 0) return super.catch(handler);
    return super.catch((error) => {
      if (args.some((filter) => matches(filter, error))) return handler(error);
      throw error;
    });
  }

  tap(handler) {
    return this.then((value) => Bluebird.resolve(handler(value)).then(() => value));
  }
  tapCatch(handler) {
    return this.catch((error) =>
      Bluebird.resolve(handler(error)).then(() => {
        throw error;
      })
    );
  }
  spread(handler) {
    return this.then((list) => Bluebird.all(list)).then((list) => handler(...list));
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
  get(key) {
    return this.then((value) => value[key]);
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
  done(onValue, onError) {
    this.then(onValue, onError);
  }

  timeout(ms, message) {
    return new Bluebird((resolve, reject) => {
      const timer = setTimeout(() => reject(message instanceof Error ? message : new TimeoutError(message)), ms);
      this.then(resolve, reject).then(() => clearTimeout(timer));
    });
  }

  asCallback(callback) {
    if (typeof callback === 'function') {
      this.then(
        (value) => setImmediate(callback, null, value),
        (error) => setImmediate(callback, error)
      );
    }
    return this;
  }
  nodeify(callback) {
    return this.asCallback(callback);
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
  static fromCallback(run) {
    return new Bluebird((resolve, reject) => run((error, value) => (error ? reject(error) : resolve(value))));
  }
  static promisify(original, options) {
    const bound = options && options.context ? original.bind(options.context) : original;
    const promised = promisify(bound);
    return function (...args) {
      return Bluebird.resolve(promised.apply(this, args));
    };
  }
  static promisifyAll(target) {
    for (
      let object = target;
      object && object !== Object.prototype && object !== Function.prototype;
      object = Object.getPrototypeOf(object)
    ) {
      for (const name of Object.getOwnPropertyNames(object)) {
        if (
          name === 'constructor' ||
          name.endsWith('Async') ||
          typeof Object.getOwnPropertyDescriptor(object, name).value !== 'function'
        ) {
          continue;
        }
        Object.defineProperty(object, name + 'Async', {
          value: Bluebird.promisify(object[name]),
          writable: true,
          configurable: true,
        });
      }
    }
    return target;
  }
  static is(value) {
    return Boolean(value) && typeof value.then === 'function';
  }
  static config() {}
}

function matches(filter, error) {
  if (typeof filter === 'function') {
    return filter === Error || filter.prototype instanceof Error ? error instanceof filter : Boolean(filter(error));
  }
  return Boolean(filter) && Object.keys(filter).every((key) => error && error[key] === filter[key]);
}

Bluebird.TimeoutError = TimeoutError;
Bluebird.Promise = Bluebird;
Bluebird.default = Bluebird;
Bluebird.prototype.caught = Bluebird.prototype.catch;
Bluebird.prototype.lastly = Bluebird.prototype.finally;
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
