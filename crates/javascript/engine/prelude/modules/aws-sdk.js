'use strict';

// `aws-sdk` in its second version's form: SNS.publish, SES.sendEmail/sendTemplatedEmail/sendRawEmail, Lambda.invoke,
// CloudWatchEvents.putEvents, EventBridge.putEvents, SQS.sendMessage; config (update, region, credentials, accessKeyId,
// …), Credentials, Endpoint, Signers.V4; callback, `.promise()`, or `.on('success' | 'error' | 'complete')` and
// `.send()`. Credentials come from the service's options, AWS.config, or AWS_… in process.env. Nothing is retried. Other
// services and operations are refused by name.
const { call } = require('internal/api-call');
const { authorization, timestamp } = require('internal/aws-signature');
const { check } = require('internal/aws-shapes');
const { awsError } = require('internal/aws-errors');
const services = require('internal/aws-services');
const closed = require('internal/closed');
const EventEmitter = require('events');
const { refusalOf } = require('internal/coded-error');
const { nextTick } = require('internal/loop');

const REFUSED = {
  __proto__: null,
  profile: 'give accessKeyId and secretAccessKey',
  signatureVersion: 'leave it out (version 4 is used)',
};
const refuse = refusalOf('aws-sdk', REFUSED);

class Credentials {
  constructor(accessKeyId, secretAccessKey, sessionToken) {
    const given =
      accessKeyId !== null && typeof accessKeyId === 'object'
        ? accessKeyId
        : { accessKeyId, secretAccessKey, sessionToken };
    Object.assign(this, { expired: false, accessKeyId: given.accessKeyId, sessionToken: given.sessionToken });
    Object.defineProperty(this, 'secretAccessKey', {
      value: given.secretAccessKey,
      writable: true,
      configurable: true,
    });
  }
  get(callback) {
    nextTick(callback, null);
  }
  getPromise() {
    return Promise.resolve();
  }
}

class Endpoint {
  constructor(address) {
    const url = new URL(/^https?:/.test(address) ? address : 'https://' + address);
    Object.assign(this, {
      protocol: url.protocol,
      host: url.host,
      hostname: url.hostname,
      port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
      pathname: url.pathname,
      href: url.href,
    });
  }
}

class Config {
  constructor(options) {
    this.update(options);
  }
  update(options) {
    Object.assign(this, options);
    if (options && options.accessKeyId) this.credentials = new Credentials(options);
  }
  setPromisesDependency() {}
  getCredentials(callback) {
    try {
      nextTick(callback, null, credentialsOf({}));
    } catch (error) {
      nextTick(callback, error);
    }
  }
}

const config = new Config();

function credentialsOf(options) {
  const { env } = process;
  const found = [
    options.credentials,
    options.accessKeyId && new Credentials(options),
    config.credentials,
    config.accessKeyId && new Credentials(config),
    env.AWS_ACCESS_KEY_ID && new Credentials(env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN),
  ].find((credentials) => credentials && credentials.accessKeyId && credentials.secretAccessKey);
  if (!found) {
    throw awsError(
      'CredentialsError',
      "Missing credentials in config; give accessKeyId and secretAccessKey (keep them in the hook's secrets)"
    );
  }
  return found;
}

function addressOf(service, options, params) {
  const region = options.region || config.region || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  const given =
    service.name === 'sqs' && params.QueueUrl && !options.endpoint ? new URL(params.QueueUrl).origin : options.endpoint;
  if (!region) throw awsError('ConfigError', 'Missing region in config');
  if (given) return { region, endpoint: given instanceof Endpoint ? given : new Endpoint(String(given)) };
  return {
    region,
    endpoint: new Endpoint(service.host + '.' + region + '.amazonaws.com' + (region.startsWith('cn-') ? '.cn' : '')),
  };
}

async function perform(service, operation, options, params) {
  refuse(options);
  check(operation.takes, params);
  const credentials = credentialsOf(options);
  const { region, endpoint } = addressOf(service, options, params);
  const wire = operation.protocol.request(params);
  const path = endpoint.pathname.replace(/\/$/, '') + wire.path;
  const headers = Object.assign({ Host: endpoint.host, 'X-Amz-Date': timestamp(new Date()) }, wire.headers);
  if (credentials.sessionToken) headers['X-Amz-Security-Token'] = credentials.sessionToken;
  headers.Authorization = authorization(
    { method: wire.method, path, query: wire.query, headers, body: wire.body },
    credentials,
    region,
    service.name
  );
  const url = endpoint.protocol + '//' + endpoint.host + path + (wire.query ? '?' + wire.query : '');
  const timeoutMs = (options.httpOptions && options.httpOptions.timeout) || undefined;
  const answer = await call({ method: wire.method, url, headers, body: wire.body, timeoutMs }).catch((error) => {
    throw Object.assign(error, { retryable: true, time: new Date(), region, hostname: endpoint.hostname });
  });
  if (answer.status >= 200 && answer.status < 300) return operation.protocol.response(answer);
  throw failureOf(answer, operation.protocol.error(answer));
}

function failureOf(answer, { code, message, requestId }) {
  return awsError(code || 'UnknownError', message || 'AWS answered ' + answer.status, {
    statusCode: answer.status,
    requestId: requestId || (answer.headers['x-amzn-requestid'] || [])[0],
    retryable: answer.status >= 500 || answer.status === 429,
  });
}

/**
 * What an operation without a callback gives: nothing is sent before `promise()` or `send()`. Its events `success`,
 * `error` and `complete` are given the package's response, of which `data`, `error` and `requestId` are filled.
 */
class Request extends EventEmitter {
  constructor(service, operation, params, start) {
    super();
    Object.assign(this, { service, operation, params });
    this.response = { request: this, data: null, error: null, retryCount: 0 };
    Object.defineProperty(this, 'start', { value: start });
  }

  promise() {
    return new Promise((resolve, reject) => {
      this.on('complete', ({ error, data }) => (error ? reject(error) : resolve(data)));
      this.run();
    });
  }

  send(callback) {
    if (callback) this.on('complete', (response) => callback.call(response, response.error, response.data));
    this.run();
    return this.response;
  }

  run() {
    this.start().then(
      (data) => nextTick(() => this.finish({ data, requestId: (data.ResponseMetadata || {}).RequestId })),
      (error) => nextTick(() => this.finish({ error, requestId: error.requestId }))
    );
  }

  finish(result) {
    const response = Object.assign(this.response, result);
    // Nobody need listen for `error`: the failure is told to `complete` too.
    if (!response.error) this.emit('success', response);
    else if (this.listenerCount('error') > 0) this.emit('error', response.error, response);
    this.emit('complete', response);
  }
}

function serviceClass(title) {
  const service = services[title];
  const Service = class {
    constructor(options) {
      this.config = new Config(Object.assign({}, config[title.toLowerCase()], options));
      const { params: bound = {} } = this.config;
      for (const name of Object.keys(service.operations)) {
        this[name] = (params, callback) => {
          if (typeof params === 'function') [params, callback] = [{}, params];
          const settings = Object.assign({}, this.config, { params: undefined });
          const all = Object.assign({}, bound, params);
          const request = new Request(this, name, all, () => perform(service, service.operations[name], settings, all));
          if (callback) request.send(callback);
          return request;
        };
      }
      return closed(this, 'aws-sdk: ' + title);
    }
  };
  Object.defineProperty(Service, 'name', { value: title });
  return Service;
}

/**
 * The signer alone, as the package has it: `new AWS.Signers.V4(request, service).addAuthorization(credentials, date)`.
 */
class V4 {
  constructor(request, service) {
    this.request = request;
    this.serviceName = service;
  }
  addAuthorization(credentials, date) {
    const { request } = this;
    const [path, query = ''] = request.path.split('?');
    request.headers['X-Amz-Date'] = timestamp(date);
    if (credentials.sessionToken) request.headers['X-Amz-Security-Token'] = credentials.sessionToken;
    request.headers.Authorization = authorization(
      { method: request.method, path, query, headers: request.headers, body: request.body },
      credentials,
      request.region,
      this.serviceName
    );
  }
}

const AWS = { config, Config, Credentials, Endpoint, Signers: { V4 }, util: { date: { getDate: () => new Date() } } };
for (const title of Object.keys(services)) AWS[title] = serviceClass(title);
AWS.default = AWS;

module.exports = closed(AWS, 'aws-sdk');
