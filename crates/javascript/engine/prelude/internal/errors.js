// The error classes that scripts find as globals, each for one trigger.
'use strict';

function nameOf(Class, name) {
  Object.defineProperty(Class, 'name', { value: name, configurable: true });
  Object.defineProperty(Class.prototype, 'name', { value: name, writable: true, configurable: true });
  return Class;
}

// An error with a second text, for the person who waits at the screen.
function withFriendlyMessage(name) {
  return nameOf(
    class extends Error {
      constructor(message, friendlyMessage) {
        super(message);
        this.friendlyMessage = friendlyMessage === undefined ? message : friendlyMessage;
      }
    },
    name
  );
}

// An error with the code and the status that the token endpoint answers.
function withCode(name, code, statusCode) {
  return nameOf(
    class extends Error {
      constructor(message) {
        super(message);
        this.code = code;
        this.statusCode = statusCode;
      }
    },
    name
  );
}

exports.PreUserRegistrationError = withFriendlyMessage('PreUserRegistrationError');
exports.SendPhoneMessageError = withFriendlyMessage('SendPhoneMessageError');
exports.InvalidScopeError = withCode('InvalidScopeError', 'invalid_scope', 400);
exports.InvalidRequestError = withCode('InvalidRequestError', 'invalid_request', 400);
exports.ServerError = withCode('ServerError', 'server_error', 500);
