'use strict';

// The errors of `axios`: AxiosError, and CanceledError for calls that were taken back.

class AxiosError extends Error {
  constructor(message, code, config, request, response) {
    super(message);
    this.name = 'AxiosError';
    this.isAxiosError = true;
    if (code) this.code = code;
    if (config) this.config = config;
    // Kept out of JSON and logs of the whole error as in the original: the request holds the answer.
    if (request) Object.defineProperty(this, 'request', { value: request, enumerable: false, configurable: true });
    if (response) {
      this.response = response;
      this.status = response.status;
    }
  }

  toJSON() {
    return {
      message: this.message,
      name: this.name,
      stack: this.stack,
      config: plain(this.config),
      code: this.code === undefined ? null : this.code,
      status: this.status === undefined ? null : this.status,
    };
  }

  static from(error, code, config, request, response) {
    const wrapped = new AxiosError(error.message, code || error.code, config, request, response);
    for (const name of ['errno', 'syscall', 'hostname', 'address', 'port']) {
      if (error[name] !== undefined) wrapped[name] = error[name];
    }
    wrapped.cause = error;
    return wrapped;
  }
}

const CODES = [
  'ERR_BAD_OPTION_VALUE',
  'ERR_BAD_OPTION',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ERR_NETWORK',
  'ERR_FR_TOO_MANY_REDIRECTS',
  'ERR_DEPRECATED',
  'ERR_BAD_RESPONSE',
  'ERR_BAD_REQUEST',
  'ERR_CANCELED',
  'ERR_NOT_SUPPORT',
  'ERR_INVALID_URL',
];
for (const code of CODES) AxiosError[code] = code;

class CanceledError extends AxiosError {
  constructor(message, config, request) {
    super(message === undefined || message === null ? 'canceled' : message, 'ERR_CANCELED', config, request);
    this.name = 'CanceledError';
    this.__CANCEL__ = true;
  }
}

/** What of a configuration can be written as JSON. */
function plain(config) {
  if (!config) return config;
  const copy = {};
  for (const key of Object.keys(config)) {
    if (
      typeof config[key] !== 'function' &&
      ![
        'cancelToken',
        'signal',
        'httpAgent',
        'httpsAgent',
        'adapter',
        'transformRequest',
        'transformResponse',
      ].includes(key)
    ) {
      copy[key] = config[key];
    }
  }
  return copy;
}

exports.AxiosError = AxiosError;
exports.CanceledError = CanceledError;
