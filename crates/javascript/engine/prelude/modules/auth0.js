'use strict';

// `auth0` as its second and third version have it: ManagementClient (users, roles of users, tickets, verification
// mails; a token, or id and secret) and AuthenticationClient (clientCredentialsGrant, passwordGrant,
// requestChangePasswordEmail, getProfile); callback or promise.
const { call, withCallback } = require('internal/api-call');
const { ManagementClient } = require('internal/auth0-management');
const { APIError, ArgumentError, ofAnswer } = require('internal/auth0-errors');
const closed = require('internal/closed');

class AuthenticationClient {
  constructor(options) {
    if (options === null || typeof options !== 'object') {
      throw new ArgumentError('Authentication Client SDK options must be an object');
    }
    if (!options.domain) throw new ArgumentError('The domain parameter is required');
    const base = 'https://' + options.domain;
    const client = { client_id: options.clientId, client_secret: options.clientSecret };

    async function post(path, json) {
      const answer = await call({ method: 'POST', url: base + path, json });
      if (answer.status < 200 || answer.status > 299) throw ofAnswer(answer, 'POST', base + path);
      return answer.data === undefined ? answer.text : answer.data;
    }
    async function profile(token) {
      const answer = await call({ url: base + '/userinfo', headers: { Authorization: 'Bearer ' + token } });
      if (answer.status !== 200) throw ofAnswer(answer, 'GET', base + '/userinfo');
      return answer.data;
    }

    this.clientCredentialsGrant = (data, callback) =>
      withCallback(post('/oauth/token', Object.assign({ grant_type: 'client_credentials' }, client, data)), callback);
    this.passwordGrant = (data, callback) => {
      const { realm, ...rest } = data;
      const grant = realm
        ? { grant_type: 'http://auth0.com/oauth/grant-type/password-realm', realm }
        : { grant_type: 'password' };
      return withCallback(post('/oauth/token', Object.assign(grant, client, rest)), callback);
    };
    this.requestChangePasswordEmail = (data, callback) =>
      withCallback(
        post('/dbconnections/change_password', Object.assign({ client_id: options.clientId }, data)),
        callback
      );
    this.getProfile = (token, callback) => withCallback(profile(token), callback);
    return closed(this, 'auth0: AuthenticationClient');
  }
}

module.exports = closed({ ManagementClient, AuthenticationClient, APIError, ArgumentError }, 'auth0');
