'use strict';

// What `request-promise` and `request-promise-native` add to `request`: calls that are thenable, and errors for other
// statuses than 2xx.
const { Request } = require('internal/request-call');
const { build } = require('internal/request-verbs');

class RequestError extends Error {
  constructor(cause, options, response) {
    super(String(cause));
    this.name = 'RequestError';
    this.cause = cause;
    this.error = cause;
    this.options = options;
    this.response = response;
  }
}

class StatusCodeError extends Error {
  constructor(statusCode, body, options, response) {
    super(statusCode + ' - ' + JSON.stringify(body));
    this.name = 'StatusCodeError';
    this.statusCode = statusCode;
    this.error = body;
    this.options = options;
    this.response = response;
  }
}

class TransformError extends Error {
  constructor(cause, options, response) {
    super(String(cause));
    this.name = 'TransformError';
    this.cause = cause;
    this.error = cause;
    this.options = options;
    this.response = response;
  }
}

/** The value or error that the options ask for. */
function settle(options, response, resolve, reject) {
  const ok = /^2/.test(String(response.statusCode));
  const simple = options.simple !== false && !ok;
  const plain = () => (options.resolveWithFullResponse ? response : response.body);
  if (typeof options.transform !== 'function' || (options.transform2xxOnly && !ok)) {
    return simple
      ? reject(new StatusCodeError(response.statusCode, response.body, options, response))
      : resolve(plain());
  }
  new Promise((done) =>
    done(options.transform(response.body, response, Boolean(options.resolveWithFullResponse)))
  ).then(
    (value) =>
      simple ? reject(new StatusCodeError(response.statusCode, response.body, options, value)) : resolve(value),
    (error) => reject(new TransformError(error, options, response))
  );
}

/**
 * A request function whose calls have `then`, `catch`, `finally`, `promise` and `cancel`; `PromiseType` makes the
 * promises.
 */
exports.create = function create(PromiseType) {
  const request = build((options, callback) => {
    const call = new Request(options, (error, response, body) => {
      if (error) call.rejectWith(new RequestError(error, options, response));
      else settle(options, response, call.resolveWith, call.rejectWith);
      if (callback) callback(error, response, body);
    });
    const promise = new PromiseType((resolve, reject) => {
      Object.defineProperty(call, 'resolveWith', { value: resolve });
      Object.defineProperty(call, 'rejectWith', { value: reject });
    });
    // A caller with a callback has its error there; without one an unhandled rejection is the run's failure, as it
    // should be.
    if (callback) promise.catch(() => {});
    const methods = {
      then: (onValue, onError) => promise.then(onValue, onError),
      catch: (...args) => promise.catch(...args),
      finally: (onSettled) => promise.finally(onSettled),
      promise: () => promise,
      cancel: () => call.abort(),
    };
    for (const name of Object.keys(methods)) {
      Object.defineProperty(call, name, { value: methods[name], writable: true });
    }
    return call;
  }, null);
  request.Request = Request;
  return request;
};

exports.errors = { RequestError, StatusCodeError, TransformError };
