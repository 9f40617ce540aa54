'use strict';

// What an operation of AWS takes, and the check against it before anything is sent. A shape is the name of a type
// ('string', 'number', 'blob', 'timestamp'), `[shape]` for a list, `{'*': shape}` for a map, or an object of members,
// those whose name ends with `!` being required.
const { awsError } = require('internal/aws-errors');

const ISO_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

// What each type takes, and what its error calls it.
const SCALARS = {
  string: [(value) => typeof value === 'string', 'a string'],
  number: [(value) => typeof value === 'number' || String(parseFloat(value)) === value, 'a number'],
  blob: [
    (value) => typeof value === 'string' || isBytes(value),
    'a string, Buffer, Stream, Blob, or typed array object',
  ],
  timestamp: [
    (value) => typeof value === 'number' || value instanceof Date || ISO_DATE.test(value),
    'a Date object, ISO-8601 string, or a UNIX timestamp',
  ],
};

/** The members of a structure by their names, and which of them are required; read off a shape once. */
const known = new Map();

function membersOf(shape) {
  if (!known.has(shape)) {
    const members = new Map();
    const required = [];
    for (const name of Object.keys(shape)) {
      const plain = name.replace('!', '');
      if (plain !== name) required.push(plain);
      members.set(plain, shape[name]);
    }
    known.set(shape, { members, required });
  }
  return known.get(shape);
}

/** Throws for what does not fit: the error itself where there is one, else one that lists them all. */
exports.check = function check(shape, params) {
  const errors = [];
  visit(shape, params, 'params', (code, message) => errors.push(awsError(code, message)));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) {
    const list = errors.map((error) => '\n* ' + error).join('');
    const message = 'There were ' + errors.length + ' validation errors:' + list;
    throw awsError('MultipleValidationErrors', message, { errors });
  }
};

function visit(shape, value, place, fail) {
  if (value === undefined || value === null) return;
  const refuse = (what) => fail('InvalidParameterType', 'Expected ' + place + ' to be ' + what);
  if (typeof shape === 'string') {
    const [fits, what] = SCALARS[shape];
    if (!fits(value)) refuse(what);
  } else if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return refuse('an Array');
    value.forEach((item, index) => visit(shape[0], item, place + '[' + index + ']', fail));
  } else if (shape['*']) {
    if (typeof value !== 'object') return refuse('a map');
    for (const key of Object.keys(value)) visit(shape['*'], value[key], place + "['" + key + "']", fail);
  } else {
    if (typeof value !== 'object') refuse('a structure');
    visitMembers(membersOf(shape), value, place, fail);
  }
}

function visitMembers({ members, required }, value, place, fail) {
  for (const name of required) {
    if (value[name] === undefined || value[name] === null) {
      fail('MissingRequiredParameter', "Missing required key '" + name + "' in " + place);
    }
  }
  for (const name of Object.keys(value)) {
    if (members.has(name)) visit(members.get(name), value[name], place + '.' + name, fail);
    else if (value[name] !== undefined && value[name] !== null) {
      fail('UnexpectedParameter', "Unexpected key '" + name + "' found in " + place);
    }
  }
}
