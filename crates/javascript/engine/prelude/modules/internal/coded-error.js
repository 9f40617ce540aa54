'use strict';

// Errors with a `code`, as Node's carry, and the one kind that says what Hookbox leaves out.

/** An error of the given type with a machine-readable `code`. */
exports.coded = function coded(Type, code, message) {
  const error = new Type(message);
  error.code = code;
  return error;
};

/** What a call or option that has no counterpart here answers: it names the thing and the way out. */
exports.unsupported = function unsupported(what, wayOut) {
  return exports.coded(Error, 'ERR_HOOKBOX_UNSUPPORTED', what + ' is not supported by Hookbox; ' + wayOut);
};

/**
 * What throws for an option that asks for something that is left out. `refused` has the ways out by the options' names.
 */
exports.refusalOf = function refusalOf(packageName, refused) {
  const names = Object.keys(refused);
  return function refuse(options) {
    if (options === undefined || options === null) return;
    for (let i = 0; i < names.length; i++) {
      const value = options[names[i]];
      if (value !== undefined && value !== null && value !== false) {
        throw exports.unsupported(packageName + ': the option `' + names[i] + '`', refused[names[i]]);
      }
    }
  };
};
