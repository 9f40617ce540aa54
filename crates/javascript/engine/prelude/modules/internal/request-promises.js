'use strict';

// What `request-promise` and `request-promise-native` add to `request`: calls that are thenable, and errors for other
// statuses than 2xx.
const { Request } = require('internal/request-call');
const { build } = require('internal/request-verbs');

/** The package's errors: what they carry is enumerable, the message too, so that `JSON.stringify` shows it. */
class PromiseError extends Error {
  constructor(name, fields) {
    super();
    Object.assign(this, { name }, fields);
    // Taken once more, now that the error has its name and its message.
    Error.captureStackTrace(this);
  }
}

class RequestError extends PromiseError {
  constructor(cause, options, response) {
    super('RequestError', { message: String(cause), cause, error: cause, options, response });
  }
}

class StatusCodeError extends PromiseError {
  constructor(statusCode, body, options, response) {
    const message = statusCode + ' - ' + JSON.stringify(body);
    super('StatusCodeError', { statusCode, message, error: body, options, response });
  }
}

class TransformError extends PromiseError {
  constructor(cause, options, response) {
    super('TransformError', { message: String(cause), cause, error: cause, options, response });
  }
}

/** Without a body of its own, the answer to HEAD is its headers. */
function headersOf(body, response, resolveWithFullResponse) {
  return resolveWithFullResponse ? response : response.headers;
}

const isHead = (options) => String(options.method).toUpperCase() === 'HEAD';

/** The value or error that the options ask for. */
function settle(options, response, resolve, reject) {
  const ok = /^2/.test(String(response.statusCode));
  const simple = options.simple !== false && !ok;
  const plain = () => (options.resolveWithFullResponse ? response : response.body);
  const transform = typeof options.transform === 'function' ? options.transform : isHead(options) && headersOf;
  if (!transform || (options.transform2xxOnly && !ok)) {
    return simple
      ? reject(new StatusCodeError(response.statusCode, response.body, options, response))
      : resolve(plain());
  }
  new Promise((done) => done(transform(response.body, response, Boolean(options.resolveWithFullResponse)))).then(
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
