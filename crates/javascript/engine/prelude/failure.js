// An error as the host's report shows it: message, name, stack, and what else it carried.
'use strict';

const native = require('internal/native');
const { inspect } = require('internal/inspect');
const stack = require('./stack');

const { stringify } = JSON;
const { getOwnPropertyNames } = Object;

// An error of an HTTP client carries its request and response, with every header in them: a report is no place for those.
const PROPERTY_CHARS_MAX = 4096;
const STACK_CHARS_MAX = 16384;

// What the report has fields of its own for.
const FIELDS = new Set(['message', 'name', 'stack', 'retryable', 'retry_after_s', 'retryAfter']);

exports.toJson = function (error) {
  return stringify({ error: fieldsOf(asError(error)) });
};

// The error in one text, for a line of the log.
exports.text = function (error) {
  return stackOf(asError(error));
};

// The engine's own error for a refused growth of memory ends the run as what it is, if nobody caught it.
exports.abandonIfOutOfMemory = function (error) {
  if (!native.memoryWasRefused()) return;
  if (error === null || error === undefined || (error instanceof InternalError && error.message === 'out of memory')) {
    native.abandon();
  }
};

// What is thrown or given to `cb` may be anything. The original keeps of it the message alone.
function asError(value) {
  if (value instanceof Error) return value;
  let message;
  try {
    message = (value && value.message) || String(value);
  } catch {
    message = 'an error that cannot be shown as text';
  }
  return new Error(message);
}

function stackOf(error) {
  const given = read(error, 'stack');
  const text = typeof given === 'string' && given !== '' ? given : stack.describe(error);
  return text.length > STACK_CHARS_MAX ? `${text.slice(0, STACK_CHARS_MAX)}…` : text;
}

function fieldsOf(error) {
  const message = read(error, 'message');
  const name = read(error, 'name');
  const fields = {
    message: text(message === undefined ? '' : message),
    name: text(name || 'Error'),
    stack: stackOf(error),
  };
  const retryable = read(error, 'retryable');
  if (typeof retryable === 'boolean') fields.retryable = retryable;
  const after = Number(read(error, 'retry_after_s') ?? read(error, 'retryAfter') ?? NaN);
  if (after >= 0 && after !== Infinity) fields.retry_after_s = after;
  const properties = propertiesOf(error);
  if (properties !== undefined) fields.properties = properties;
  return fields;
}

function propertiesOf(error) {
  let properties;
  for (const key of getOwnPropertyNames(error)) {
    if (FIELDS.has(key)) continue;
    const value = plain(read(error, key));
    if (value === undefined) continue;
    properties = properties || {};
    properties[key] = value;
  }
  return properties;
}

// A getter of the script's may throw.
function read(object, key) {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}

function text(value) {
  try {
    return String(value);
  } catch {
    return inspect(value);
  }
}

// The value as JSON can hold it, and small.
function plain(value) {
  if (typeof value === 'function' || value === undefined) return undefined;
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  let json;
  try {
    json = stringify(value instanceof Error ? stack.describe(value) : value);
  } catch {
    json = undefined;
  }
  if (json !== undefined && json.length <= PROPERTY_CHARS_MAX) return JSON.parse(json);
  const shown = typeof value === 'string' ? value : inspect(value, { depth: 1 });
  return shown.length > PROPERTY_CHARS_MAX ? `${shown.slice(0, PROPERTY_CHARS_MAX)}…` : shown;
}
