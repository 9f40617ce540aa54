// `context.webtask`: the secrets, and on request what else the original's sandbox offered.
'use strict';

const { Storage } = require('./storage');

const { setPrototypeOf } = Object;
const { stringify, parse } = JSON;

// The event as it came. A run has one.
let input;

// What was asked for so far.
const made = {};

function once(name, make) {
  if (!(name in made)) made[name] = make();
  return made[name];
}

// What is asked for rarely is made when it is asked for, and not listed: own properties are the documented ones.
const webtask = {
  get data() {
    return once('data', () => ({ ...this.query, ...this.params, ...this.secrets }));
  },

  get headers() {
    return once('headers', () => ({ 'content-type': 'application/json' }));
  },

  get id() {
    return this.event && this.event.id !== undefined ? String(this.event.id) : '';
  },

  get params() {
    return once('params', () => ({}));
  },

  get query() {
    return once('query', () => ({}));
  },

  get meta() {
    return once('meta', () => ({}));
  },

  get storage() {
    return once('storage', () => new Storage());
  },

  get token() {
    return '';
  },

  // The event as the identity system sent it: without the secrets, which only this object has.
  get body() {
    return once('body', () => parse(this.body_raw));
  },

  get body_raw() {
    return once('body_raw', () => {
      const { webtask, ...context } = input.context;
      return stringify({ ...input, context });
    });
  },

  create_token(options, callback) {
    refuse(callback);
  },

  create_token_url(options, callback) {
    refuse(callback);
  },
};

function refuse(callback) {
  const error = new Error('webtask tokens do not exist here');
  if (typeof callback !== 'function') throw error;
  queueMicrotask(() => callback(error));
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

// The event's context, with `webtask` on it. The host puts the secrets there.
exports.contextOf = function (event) {
  input = event;
  const { context } = event;
  if (!isObject(context.webtask)) context.webtask = {};
  setPrototypeOf(context.webtask, webtask);
  if (!isObject(context.webtask.secrets)) context.webtask.secrets = {};
  return context;
};
