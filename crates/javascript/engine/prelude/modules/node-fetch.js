'use strict';

// `node-fetch` as its second version has it: fetch with `timeout`, `follow`, `size`; Headers with `raw()`, Response
// with `buffer()` and a `body` that is a stream of Node, FetchError.
const web = require('internal/fetch');
const { Readable } = require('stream');
const { Buffer } = require('buffer');
const { Headers } = require('internal/web-headers');
const { FormData } = require('internal/web-form-data');
const { Blob } = require('internal/blob');
const client = require('internal/client');
const { aboutTls } = require('internal/warn-once');

class FetchError extends Error {
  constructor(message, type, systemError) {
    super(message);
    this.name = 'FetchError';
    this.type = type;
    if (systemError) this.code = this.errno = systemError.code;
  }
}

class AbortError extends Error {
  constructor(message = 'The user aborted a request.') {
    super(message);
    this.name = 'AbortError';
    this.type = 'aborted';
  }
}

/** The web's class with the body of this package. */
const withBody = (Base) =>
  class extends Base {
    async json() {
      const text = await this.text();
      try {
        return JSON.parse(text);
      } catch (error) {
        const message = 'invalid json response body at ' + this.url + ' reason: ' + error.message;
        throw new FetchError(message, 'invalid-json');
      }
    }
    [web.STREAM_OF](read) {
      return new Readable({
        read() {
          const bytes = read();
          this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
          this.push(null);
        },
      });
    }
  };

class Request extends withBody(web.Request) {}
class Response extends withBody(web.Response) {}

async function fetch(url, init = {}) {
  aboutTls('node-fetch', init);
  if (!/^https?:/i.test(String((url && (url.url || url.href)) || url))) {
    throw new TypeError('Only absolute URLs are supported');
  }
  const request = new Request(url, init);
  const follow = init.follow === undefined ? 20 : init.follow;
  const wrap = (error, address) => {
    if (error.code === 'ETIMEDOUT' && init.timeout) {
      return new FetchError('network timeout at: ' + address, 'request-timeout');
    }
    if (error.code === 'ERR_FR_TOO_MANY_REDIRECTS') {
      return new FetchError('maximum redirect reached at: ' + address, 'max-redirect');
    }
    return new FetchError('request to ' + address + ' failed, reason: ' + error.message, 'system', error);
  };
  const response = await web.perform(request, {
    userAgent: 'node-fetch',
    Response,
    redirectsMax: Math.min(follow, client.REDIRECTS_MAX),
    timeoutMs: init.timeout || undefined,
    wrap,
  }).catch((error) => {
    throw error && error.name === 'AbortError' ? new AbortError() : error;
  });
  if (init.size > 0 && (await response.clone().buffer()).length > init.size) {
    throw new FetchError('content size at ' + response.url + ' over limit: ' + init.size, 'max-size');
  }
  return response;
}

module.exports = Object.assign(fetch, {
  default: fetch,
  Headers,
  Request,
  Response,
  FormData,
  Blob,
  FetchError,
  AbortError,
  isRedirect: (status) => [301, 302, 303, 307, 308].includes(status),
});
