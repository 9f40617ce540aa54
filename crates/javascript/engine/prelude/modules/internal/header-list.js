'use strict';

// Request headers while a client builds them: names compare without case and keep the author's spelling.

class HeaderList {
  constructor(init) {
    this.entries = new Map();
    if (init !== undefined && init !== null) this.assign(init);
  }

  /** Sets every header of an object, a HeaderList, or an iterable of pairs; undefined and null are left out. */
  assign(init) {
    if (init === undefined || init === null) return this;
    if (init instanceof HeaderList) {
      for (const [name, value] of init.entries.values()) this.set(name, value);
    } else if (typeof init[Symbol.iterator] === 'function') {
      for (const [name, value] of init) this.set(name, value);
    } else {
      for (const name in init) {
        if (Object.prototype.hasOwnProperty.call(init, name)) this.set(name, init[name]);
      }
    }
    return this;
  }

  set(name, value) {
    if (value === undefined || value === null) return this;
    this.entries.set(name.toLowerCase(), [name, Array.isArray(value) ? value.map(String) : String(value)]);
    return this;
  }

  setDefault(name, value) {
    return this.has(name) ? this : this.set(name, value);
  }

  /** `set` for a name in lower case and a text. */
  put(name, text) {
    this.entries.set(name, [name, text]);
  }
  /** The same where there is no such header. */
  putDefault(name, text) {
    if (!this.entries.has(name)) this.entries.set(name, [name, text]);
  }
  append(name, value) {
    const known = this.entries.get(name.toLowerCase());
    return this.set(name, known ? [].concat(known[1], String(value)) : value);
  }
  has(name) {
    return this.entries.has(name.toLowerCase());
  }
  get(name) {
    const entry = this.entries.get(name.toLowerCase());
    return entry && entry[1];
  }
  delete(name) {
    return this.entries.delete(name.toLowerCase());
  }
  names() {
    return Array.from(this.entries.keys());
  }

  /** A plain object with the author's spelling. */
  toObject() {
    const object = {};
    this.entries.forEach((entry) => {
      object[entry[0]] = entry[1];
    });
    return object;
  }
}

exports.HeaderList = HeaderList;

/** `Authorization` for a user and password. */
exports.basic = function basic(user, password) {
  return (
    'Basic ' +
    require('internal/native').base64Encode(user + ':' + (password === undefined || password === null ? '' : password))
  );
};

/** Response headers as Node shows them: values joined, `set-cookie` always a list. */
exports.joined = function joined(headers) {
  const result = {};
  for (const name in headers) {
    const values = headers[name];
    result[name] = name === 'set-cookie' ? values.slice() : values.length === 1 ? values[0] : values.join(', ');
  }
  return result;
};
