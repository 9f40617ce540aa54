'use strict';

// What `http` and `https` have in common.
const { ClientRequest } = require('internal/client-request');
const { IncomingMessage } = require('internal/incoming-message');
const STATUS_CODES = require('internal/status-codes');
const { unsupported } = require('internal/coded-error');

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** The module for `http:` or `https:`. Agents are accepted; connections are the host's matter. */
exports.create = function create(protocol) {
  function Agent(options) {
    if (!(this instanceof Agent)) return new Agent(options);
    this.options = Object.assign({}, options);
    this.protocol = protocol;
    this.maxSockets = Infinity;
  }
  Agent.prototype.destroy = function () {};
  const module = {
    METHODS,
    STATUS_CODES,
    Agent,
    ClientRequest,
    IncomingMessage,
    globalAgent: new Agent(),
    request: (...args) => new ClientRequest(protocol, args),
    get: (...args) => new ClientRequest(protocol, args).end(),
    createServer() {
      throw unsupported(protocol.replace(':', '') + '.createServer', 'hooks only send requests');
    },
  };
  return module;
};
