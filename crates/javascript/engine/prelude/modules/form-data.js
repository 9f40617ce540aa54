'use strict';

// `form-data`: append (texts, numbers, Buffers), getHeaders, getBoundary, getBuffer, getLengthSync, getLength. No
// streams and no submit.
const { inherits } = require('util');
const { Readable } = require('stream');
const { Buffer } = require('buffer');
const multipart = require('internal/multipart');
const { unsupported } = require('internal/coded-error');

function FormData() {
  if (!(this instanceof FormData)) return new FormData();
  Readable.call(this);
  Object.defineProperty(this, 'form', { value: { parts: [], boundary: '' } });
}
inherits(FormData, Readable);

Object.assign(FormData.prototype, {
  append(name, value, options) {
    const settings = typeof options === 'string' ? { filename: options } : options || {};
    if (Array.isArray(value)) {
      throw unsupported('form-data: a list as the value of `' + name + '`', 'append the items one by one');
    }
    this.form.parts.push({
      name,
      value,
      filename: settings.filename || settings.filepath,
      contentType: settings.contentType,
    });
  },
  getBoundary() {
    if (!this.form.boundary) this.form.boundary = multipart.boundary();
    return this.form.boundary;
  },
  setBoundary(boundary) {
    this.form.boundary = boundary;
  },
  getHeaders(headers) {
    return Object.assign({ 'content-type': 'multipart/form-data; boundary=' + this.getBoundary() }, headers);
  },
  getBuffer() {
    return Buffer.from(multipart.encode(this.form.parts, this.getBoundary()));
  },
  getLengthSync() {
    return this.getBuffer().length;
  },
  getLength(callback) {
    setImmediate(callback, null, this.getLengthSync());
  },
  hasKnownLength: () => true,
  submit() {
    throw unsupported('form-data: submit', 'send the form with an HTTP client');
  },
  _read() {
    this.push(this.getBuffer());
    this.push(null);
  },
  get [Symbol.toStringTag]() {
    return 'FormData';
  },
});

FormData.FormData = FormData;
FormData.default = FormData;
module.exports = FormData;
