// A script for every trigger: what it does is what the input asks for, as the module in `guest` does. Each function is
// sent as a script of its own.
'use strict';

exports['pre-user-registration'] = function (user, context, cb) {
  if (user.username === 'refused') {
    return cb(new PreUserRegistrationError('domain is blocked', 'Please use another address'));
  }
  if (user.username === 'broken') {
    return cb(new Error('no directory'));
  }
  cb(null, {
    user: {
      user_metadata: { greeted: true, $dropped: 1 },
      app_metadata: { connection: context.connection.name },
      email: 'changed@example.com',
    },
  });
};

exports['credentials-exchange'] = function (client, scope, audience, context, cb) {
  const classes = {
    'invalid scope': InvalidScopeError,
    'invalid request': InvalidRequestError,
    'server error': ServerError,
    'other error': Error,
  };
  const Class = classes[audience];
  if (Class) {
    return cb(new Class(audience + ' it is'));
  }
  cb(null, { scope: scope.concat('extra'), 'https://example.com/client': client.name, sub: 'dropped' });
};

exports['send-phone-message'] = function (recipient, text, context, cb) {
  if (recipient === 'refused') {
    return cb(new SendPhoneMessageError('no network', 'Try again later'));
  }
  if (recipient === 'broken') {
    return cb(new Error('no line'));
  }
  cb(null, { MessageID: recipient + '/' + text + '/' + context.message_type });
};

exports['post-user-registration'] = exports['post-change-password'] = function (user, context, cb) {
  if (user.username === 'broken') {
    const error = new Error('no mail today');
    error.retryable = false;
    return cb(error);
  }
  console.log(user.email + ' in ' + context.connection.name);
  cb();
};
