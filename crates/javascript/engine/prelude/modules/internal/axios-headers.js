'use strict';

// Headers as `axios` shows them: a plain object with lower-case names for answers, and `get`, `set`, `has`, `delete`
// without regard to case.

const DEFAULT_TYPE = Symbol('type by default');

class AxiosHeaders {
  constructor(init) {
    this.set(init);
  }

  set(name, value) {
    if (name && typeof name === 'object') {
      for (const key of Object.keys(name)) this.set(key, name[key]);
    } else if (name !== undefined && value !== undefined && value !== null && value !== false) {
      this[this.keyOf(name) || name] = value;
    }
    return this;
  }
  get(name) {
    return this[this.keyOf(name)];
  }
  has(name) {
    return this.keyOf(name) !== undefined;
  }
  delete(name) {
    const key = this.keyOf(name);
    return key !== undefined && delete this[key];
  }
  keyOf(name) {
    if (Object.prototype.hasOwnProperty.call(this, name)) return name;
    const lower = String(name).toLowerCase();
    return Object.keys(this).find((key) => key.toLowerCase() === lower);
  }
  setContentType(value, rewrite) {
    return rewrite === false && this.has('content-type') ? this : this.set('Content-Type', value);
  }
  getContentType() {
    return this.get('content-type');
  }

  // A type that is a default for a method or for all is there for bodies that bring none along: an object is JSON still.
  noteDefaultType(type) {
    Object.defineProperty(this, DEFAULT_TYPE, { value: type });
  }
  takeDefaultType() {
    const type = this[DEFAULT_TYPE];
    if (type === undefined || this.getContentType() !== type) return undefined;
    this.delete('content-type');
    return type;
  }

  setAuthorization(value) {
    return this.set('Authorization', value);
  }
  concat(...others) {
    return others.reduce((all, other) => all.set(other), new AxiosHeaders(this));
  }
  toJSON() {
    return Object.assign({}, this);
  }
  toString() {
    return Object.keys(this)
      .map((name) => name + ': ' + this[name])
      .join('\n');
  }
  [Symbol.iterator]() {
    return Object.entries(this)[Symbol.iterator]();
  }

  static from(init) {
    return init instanceof AxiosHeaders ? init : new AxiosHeaders(init);
  }
}

exports.AxiosHeaders = AxiosHeaders;
