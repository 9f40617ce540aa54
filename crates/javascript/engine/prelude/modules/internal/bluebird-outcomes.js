'use strict';

// How a promise of `bluebird` can end: its classes of errors, and what `reflect` tells of a promise.

const FULFILLED = 1;
const REJECTED = 2;

class TimeoutError extends Error {
  constructor(message = 'operation timed out') {
    super(message);
    this.name = 'TimeoutError';
  }
}

class CancellationError extends Error {
  constructor(message = 'cancellation error') {
    super(message);
    this.name = 'CancellationError';
  }
}

/** The reasons of `some` and `any`, as a list that is an error. */
class AggregateError extends Error {
  constructor(reasons) {
    super('aggregate error');
    this.name = 'AggregateError';
    this.length = reasons.length;
    reasons.forEach((reason, index) => {
      this[index] = reason;
    });
  }
  forEach(visit) {
    Array.prototype.forEach.call(this, visit);
  }
  [Symbol.iterator]() {
    return Array.prototype[Symbol.iterator].call(this);
  }
}

/** Errors that a callback was given, in contrast to those that were thrown. They keep their class, and carry a mark. */
class OperationalError extends Error {
  static [Symbol.hasInstance](value) {
    return value !== null && typeof value === 'object' && value.isOperational === true;
  }
}
OperationalError.prototype.name = 'OperationalError';
OperationalError.prototype.isOperational = true;

/** Marks what a callback was given as its error. */
function operational(error) {
  if (error !== null && typeof error === 'object' && Object.isExtensible(error)) {
    Object.defineProperty(error, 'isOperational', { value: true, writable: true, configurable: true });
  }
  return error;
}

/** What is known of a promise: the engine's pair of state and result. */
class Inspection {
  constructor([state, result]) {
    Object.defineProperties(this, { state: { value: state }, result: { value: result } });
  }
  isFulfilled() {
    return this.state === FULFILLED;
  }
  isRejected() {
    return this.state === REJECTED;
  }
  isPending() {
    return !this.isFulfilled() && !this.isRejected();
  }
  isCancelled() {
    return false;
  }
  value() {
    if (!this.isFulfilled()) throw new TypeError('cannot get fulfillment value of a non-fulfilled promise');
    return this.result;
  }
  reason() {
    if (!this.isRejected()) throw new TypeError('cannot get rejection reason of a non-rejected promise');
    return this.result;
  }
}

/** Whether an error passes a filter of `catch`: a class of errors, a test, or an object whose properties it has. */
function matches(filter, error) {
  if (typeof filter === 'function') {
    return filter === Error || filter.prototype instanceof Error ? error instanceof filter : Boolean(filter(error));
  }
  return Boolean(filter) && Object.keys(filter).every((key) => error && error[key] === filter[key]);
}

Object.assign(exports, {
  AggregateError,
  CancellationError,
  Inspection,
  OperationalError,
  TimeoutError,
  matches,
  operational,
});
