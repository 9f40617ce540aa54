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

/** Throws for each of `names` that `options` sets to something that asks for the feature. `names` has no prototype. */
exports.refuseOptions = function refuseOptions(packageName, options, names) {
  for (const name in options) {
    const wayOut = names[name];
    if (wayOut === undefined) continue;
    const value = options[name];
    if (value !== undefined && value !== null && value !== false) {
      throw exports.unsupported(packageName + ': the option `' + name + '`', wayOut);
    }
  }
};
