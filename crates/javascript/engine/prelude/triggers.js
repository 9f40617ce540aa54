// What each trigger hands to its function: the arguments in their order, checked as the original checks them.
'use strict';

const webtask = require('./webtask');

// The order is that of the table of triggers in `hookbox_protocol`.
const CALLS = [
  ofUser, // post-change-password
  ofUser, // post-user-registration
  ofUser, // pre-user-registration
  (input) => {
    // credentials-exchange: a scope that was not asked for is undefined, and the audience may be.
    demand(input.client, 'object', 'Body.client');
    demand(input.context, 'object', 'Body.context');
    return [input.client, input.scope, input.audience, webtask.contextOf(input)];
  },
  (input) => {
    // send-phone-message
    demand(input.recipient, 'string', 'Body.recipient');
    demand(input.text, 'string', 'Body.text');
    demand(input.context, 'object', 'Body.context');
    return [input.recipient, input.text, webtask.contextOf(input)];
  },
];

function ofUser(input) {
  demand(input.user, 'object', 'Body.user');
  demand(input.context, 'object', 'Body.context');
  demand(input.context.connection, 'object', 'Body.context.connection');
  return [input.user, webtask.contextOf(input)];
}

function demand(value, type, name) {
  if (typeof value === type && value !== null) return;
  throw new Error(`${name} received by extensibility point is not ${type === 'object' ? 'an object' : 'a string'}`);
}

exports.callOf = function (trigger, input) {
  return CALLS[trigger](input);
};
