'use strict';

// The transformations that `axios` does by default: objects to JSON or forms on the way out, JSON to objects on the way
// in.
const { AxiosError } = require('internal/axios-errors');
const multipart = require('internal/multipart');
const { partsOfForm } = require('internal/web-form-data');
const { Blob, bytesOfBlob } = require('internal/blob');

exports.request = function transformRequest(data, headers) {
  const type = String(headers.get('Content-Type') || '');
  if (isForm(data)) {
    if (typeof data.getHeaders === 'function') {
      headers.set(data.getHeaders());
      return data.getBuffer();
    }
    return multipartBody(partsOfForm(data), headers);
  }
  if (
    data === undefined ||
    data === null ||
    typeof data === 'string' ||
    typeof data === 'number' ||
    typeof data === 'boolean'
  ) {
    if (!type.includes('application/json') || data === undefined) {
      return typeof data === 'number' || typeof data === 'boolean' ? String(data) : data;
    }
    return jsonText(data);
  }
  if (data instanceof URLSearchParams) {
    headers.setContentType('application/x-www-form-urlencoded;charset=utf-8', false);
    return data.toString();
  }
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data;
  if (data instanceof Blob) return bytesOfBlob(data);
  if (typeof data.pipe === 'function') {
    throw new AxiosError(
      'a stream as `data` is not supported by Hookbox; give a string or a Buffer',
      'ERR_NOT_SUPPORT'
    );
  }
  if (type.includes('multipart/form-data')) return multipartBody(multipart.partsOf(data), headers);
  headers.setContentType('application/json', false);
  return JSON.stringify(data);
};

function isForm(data) {
  return data !== null && typeof data === 'object' && data[Symbol.toStringTag] === 'FormData';
}

function multipartBody(parts, headers) {
  const boundary = multipart.boundary();
  headers.set('Content-Type', 'multipart/form-data; boundary=' + boundary);
  return multipart.encode(parts, boundary);
}

/** A text that is JSON already stays, any other is made a JSON string. */
function jsonText(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value.trim();
  } catch {
    return JSON.stringify(value);
  }
}

exports.response = function transformResponse(data) {
  const { responseType, transitional } = this;
  const forced = (!transitional || transitional.forcedJSONParsing !== false) && !responseType;
  if (typeof data !== 'string' || data === '' || !(forced || responseType === 'json')) return data;
  try {
    return JSON.parse(data);
  } catch (error) {
    if (responseType === 'json' && transitional && transitional.silentJSONParsing === false) {
      throw AxiosError.from(error, 'ERR_BAD_RESPONSE', this, null, this.response);
    }
    return data;
  }
};
