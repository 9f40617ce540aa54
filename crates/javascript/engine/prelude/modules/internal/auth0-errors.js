'use strict';

// The errors of the `auth0` package.

class APIError extends Error {
  constructor(name, message, statusCode, answer) {
    super(message);
    this.name = name;
    this.statusCode = statusCode;
    if (answer) {
      this.requestInfo = { method: answer.method, url: answer.url };
      Object.defineProperty(this, 'originalError', {
        value: { response: { body: answer.data, text: answer.text, status: statusCode } },
      });
      if (answer.data && answer.data.errorCode) this.errorCode = answer.data.errorCode;
    }
  }
}

class ArgumentError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ArgumentError';
  }
}

exports.APIError = APIError;
exports.ArgumentError = ArgumentError;
/** The error of an answer that is no success. */
exports.ofAnswer = function ofAnswer(answer, method, url) {
  const data = answer.data || {};
  const message = data.message || data.error_description || data.description || answer.text || answer.statusText;
  return new APIError(
    data.error || data.code || 'APIError',
    message,
    answer.status,
    Object.assign({ method, url }, answer)
  );
};
