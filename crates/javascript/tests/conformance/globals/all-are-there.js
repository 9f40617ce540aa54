//: expect: completed []
module.exports = function (user, context, cb) {
  const names = [
    'AbortController', 'AbortSignal', 'Blob', 'Buffer', 'FormData', 'Headers', 'Request', 'Response', 'TextDecoder',
    'TextEncoder', 'URL', 'URLSearchParams', 'atob', 'btoa', 'clearImmediate', 'clearInterval', 'clearTimeout', 'console',
    'crypto', 'fetch', 'global', 'globalThis', 'performance', 'process', 'queueMicrotask', 'setImmediate', 'setInterval',
    'setTimeout', 'structuredClone', 'PreUserRegistrationError', 'InvalidScopeError', 'InvalidRequestError', 'ServerError',
    'SendPhoneMessageError',
  ];
  cb(null, names.filter((name) => typeof globalThis[name] === 'undefined'));
};
