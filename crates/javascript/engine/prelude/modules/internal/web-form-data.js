'use strict';

// The web's `FormData`: a list of fields that `fetch` and `axios` send as multipart/form-data.
const { Blob, File, bytesOfBlob } = require('internal/blob');

const FIELDS = Symbol('fields');

class FormData {
  constructor() {
    Object.defineProperty(this, FIELDS, { value: [], writable: true });
  }

  append(name, value, filename) {
    this[FIELDS].push(field(name, value, filename));
  }
  set(name, value, filename) {
    const entry = field(name, value, filename);
    const first = this[FIELDS].findIndex((item) => item[0] === entry[0]);
    if (first < 0) {
      this[FIELDS].push(entry);
    } else {
      this[FIELDS] = this[FIELDS].filter((item, i) => i <= first || item[0] !== entry[0]);
      this[FIELDS][first] = entry;
    }
  }
  get(name) {
    const entry = this[FIELDS].find((item) => item[0] === String(name));
    return entry ? entry[1] : null;
  }
  getAll(name) {
    return this[FIELDS].filter((item) => item[0] === String(name)).map((item) => item[1]);
  }
  has(name) {
    return this[FIELDS].some((item) => item[0] === String(name));
  }
  delete(name) {
    this[FIELDS] = this[FIELDS].filter((item) => item[0] !== String(name));
  }
  forEach(callback, thisArg) {
    for (const [name, value] of this[FIELDS].slice()) callback.call(thisArg, value, name, this);
  }
  *entries() {
    for (const entry of this[FIELDS]) yield entry.slice();
  }
  *keys() {
    for (const [name] of this[FIELDS]) yield name;
  }
  *values() {
    for (const [, value] of this[FIELDS]) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  get [Symbol.toStringTag]() {
    return 'FormData';
  }
}

function field(name, value, filename) {
  if (!(value instanceof Blob)) return [String(name), String(value)];
  const named =
    filename === undefined && value instanceof File
      ? value
      : new File([bytesOfBlob(value)], filename === undefined ? 'blob' : filename, { type: value.type });
  return [String(name), named];
}

exports.FormData = FormData;

/** The fields as parts of a multipart body. */
exports.partsOfForm = (form) =>
  Array.from(form, ([name, value]) =>
    value instanceof File ? { name, value, filename: value.name } : { name, value }
  );
