'use strict';

// `twilio`: twilio(accountSid, authToken) with messages.create, calls.create, verify.services(sid).verifications.create
// and .verificationChecks.create (also under verify.v2), lookups phoneNumbers(number).fetch; callback or promise. Other
// resources are refused by name.
const { call, withCallback } = require('internal/api-call');
const { basic } = require('internal/header-list');
const { unsupported } = require('internal/coded-error');
const closed = require('internal/closed');

/** The promises of the package, which have `done` and two names besides the methods of the language. */
class TwilioPromise extends Promise {
  done(onValue, onError) {
    this.then(onValue, onError);
  }
  fail(onError) {
    return this.catch(onError);
  }
  fin(onSettled) {
    return this.finally(onSettled);
  }
}

class RestException extends Error {
  constructor(answer) {
    const details = answer.data || {};
    super(details.message || '[HTTP ' + answer.status + '] Failed to execute request');
    this.name = 'RestException';
    this.status = answer.status;
    this.code = details.code;
    this.moreInfo = details.more_info;
    this.detail = details.detail || details.details;
  }
}

const pascal = (name) => name[0].toUpperCase() + name.slice(1);
const camel = (name) => name.replace(/_([a-z0-9])/g, (match, letter) => letter.toUpperCase());

/** `{mediaUrl: [a, b]}` as `MediaUrl=a&MediaUrl=b`. */
function formOf(params) {
  const form = {};
  for (const name of Object.keys(params || {})) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    const text = (item) =>
      item instanceof Date
        ? item.toISOString().replace(/\.\d{3}Z$/, 'Z')
        : item !== null && typeof item === 'object'
          ? JSON.stringify(item)
          : String(item);
    form[pascal(name)] = Array.isArray(value) ? value.map(text) : text(value);
  }
  return form;
}

/** An answer's names in camel case; dates stay texts except those that the package reads. */
function resourceOf(data) {
  const resource = {};
  for (const name of Object.keys(data)) {
    const isDate = /^date_/.test(name) && typeof data[name] === 'string';
    resource[camel(name)] = isDate ? new Date(data[name]) : data[name];
  }
  return resource;
}

function twilio(username, password, options = {}) {
  const accountSid = options.accountSid || username;
  if (!username) throw new Error('username is required');
  if (!password) throw new Error('password is required');
  if (!accountSid.startsWith('AC')) throw new Error('accountSid must start with AC');
  const headers = { Accept: 'application/json', Authorization: basic(username, password) };

  const send = (method, url, params, callback) => {
    const form = method === 'POST' ? formOf(params) : undefined;
    const sent = call({ method, url, headers, form }).then((answer) => {
      if (answer.status < 200 || answer.status > 299) throw new RestException(answer);
      return resourceOf(answer.data || {});
    });
    return withCallback(TwilioPromise.resolve(sent), callback);
  };
  /** A list that can be added to; called with a sid, as for reading one resource, it says that it cannot. */
  const creator = (url, title) => {
    const list = () => {
      throw unsupported(title + '(sid)', closed.WAY_OUT);
    };
    list.create = (params, callback) => send('POST', url, params, callback);
    return closed(list, title);
  };

  const account = 'https://api.twilio.com/2010-04-01/Accounts/' + accountSid;
  const services = (sid) => {
    const service = 'https://verify.twilio.com/v2/Services/' + encodeURIComponent(sid);
    return closed(
      {
        verifications: creator(service + '/Verifications', 'twilio: verify.services(sid).verifications'),
        verificationChecks: creator(service + '/VerificationCheck', 'twilio: verify.services(sid).verificationChecks'),
      },
      'twilio: verify.services(sid)'
    );
  };
  const phoneNumbers = (version) => (number) =>
    closed(
      {
        fetch(params, callback) {
          const query = require('querystring').stringify(formOf(typeof params === 'function' ? {} : params));
          const url =
            'https://lookups.twilio.com/' +
            version +
            '/PhoneNumbers/' +
            encodeURIComponent(number) +
            (query && '?' + query);
          return send('GET', url, undefined, typeof params === 'function' ? params : callback);
        },
      },
      'twilio: lookups.phoneNumbers(number)'
    );

  return closed(
    {
      accountSid,
      username,
      messages: creator(account + '/Messages.json', 'twilio: messages'),
      calls: creator(account + '/Calls.json', 'twilio: calls'),
      verify: closed({ services, v2: closed({ services }, 'twilio: verify.v2') }, 'twilio: verify'),
      lookups: closed(
        {
          v1: closed({ phoneNumbers: phoneNumbers('v1') }, 'twilio: lookups.v1'),
          v2: closed({ phoneNumbers: phoneNumbers('v2') }, 'twilio: lookups.v2'),
          phoneNumbers: phoneNumbers('v1'),
        },
        'twilio: lookups'
      ),
    },
    'twilio: client'
  );
}

twilio.Twilio = twilio;
twilio.RestException = RestException;
twilio.default = twilio;
module.exports = closed(twilio, 'twilio');
