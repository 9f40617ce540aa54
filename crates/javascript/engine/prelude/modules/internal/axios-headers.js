'use strict';

// Headers as `axios` shows them: a plain object with lower-case names for answers, and `get`, `set`, `has`, `delete`
// without regard to case.

class AxiosHeaders {
  constructor(init) {
    this.set(init);
  }

  set(name, value) {
    if (name && typeof name === 'object') {
      for (const key in name) this.set(key, name[key]);
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
    for (const key in this) if (key.toLowerCase() === lower) return key;
    return undefined;
  }
  setContentType(value, rewrite) {
    return rewrite === false && this.has('content-type') ? this : this.set('Content-Type', value);
  }
  getContentType() {
    return this.get('content-type');
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
