'use strict';

// Errors as `aws-sdk` makes them: the code is the name too, and `JSON.stringify` shows message, code and time.

exports.awsError = function awsError(code, message, fields) {
  const error = Object.assign(new Error(message), { code }, fields, { time: new Date() });
  Object.defineProperty(error, 'message', { enumerable: true });
  Object.defineProperty(error, 'name', { value: code, writable: true, configurable: true });
  return error;
};
