'use strict';

// The adapter of `axios`: one finished configuration out, one answer or AxiosError back.
const client = require('internal/client');
const { HeaderList, basic, joined } = require('internal/header-list');
const { AxiosHeaders } = require('internal/axios-headers');
const { AxiosError, CanceledError } = require('internal/axios-errors');
const { combine, withParams } = require('internal/axios-url');
const { Buffer } = require('buffer');
const { aboutTls } = require('internal/warn-once');
const { refusalOf } = require('internal/coded-error');
const { onAbort } = require('internal/abort');
const { IncomingMessage } = require('internal/incoming-message');

const REFUSED = {
  __proto__: null,
  proxy: 'leave it out or set it to false (the operator sets the proxy)',
  socketPath: 'hooks reach HTTP servers only',
  onUploadProgress: 'leave it out (bodies are sent in one piece)',
  onDownloadProgress: 'leave it out (bodies arrive in one piece)',
};
const refuse = refusalOf('axios', REFUSED);

module.exports = function send(config) {
  refuse(config);
  aboutTls('axios', config);
  const method = (config.method || 'get').toUpperCase();
  const url = withParams(combine(config.baseURL, config.url || ''), config.params, config.paramsSerializer);
  const headers = new HeaderList(config.headers);
  if (config.auth) headers.set('Authorization', basic(config.auth.username || '', config.auth.password || ''));
  const request = describe(method, url, headers);
  return new Promise((resolve, reject) => {
    if (!/^https?:\/\//i.test(url)) {
      return reject(
        new AxiosError('Invalid URL' + (url ? ' ' + JSON.stringify(url) : ''), 'ERR_INVALID_URL', config, request)
      );
    }
    const release = [];
    const call = client.send(
      {
        method,
        url,
        headers,
        body: wireBody(config.data, config, request),
        timeoutMs: Number(config.timeout) > 0 ? Number(config.timeout) : undefined,
        redirect: redirects(config),
      },
      (error, answer) => {
        release.forEach((undo) => undo());
        if (error) return reject(wrap(error, config, request));
        settle(answer, config, request, resolve, reject);
      }
    );
    const cancel = (reason) => {
      call.abort();
      reject(reason instanceof CanceledError ? reason : new CanceledError(undefined, config, request));
    };
    if (config.signal) release.push(onAbort(config.signal, () => cancel()));
    if (config.cancelToken) {
      config.cancelToken.subscribe(cancel);
      release.push(() => config.cancelToken.unsubscribe(cancel));
    }
  });
};

/** What stands for Node's request object; it can be written as JSON. */
function describe(method, url, headers) {
  const parts = /^(https?:)\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/i.exec(url) || [];
  return {
    method,
    protocol: parts[1],
    host: parts[2],
    path: parts[3] || '/',
    headers: headers.toObject(),
    res: { responseUrl: url },
  };
}

function wireBody(data, config, request) {
  if (data === undefined || data === null || data === '') return undefined;
  const body =
    typeof data === 'string' || data instanceof Uint8Array
      ? data
      : data instanceof ArrayBuffer
        ? new Uint8Array(data)
        : ArrayBuffer.isView(data)
          ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
          : null;
  if (body === null) {
    throw new AxiosError(
      'Data after transformation must be a string, an ArrayBuffer, a Buffer, or a Stream',
      'ERR_BAD_REQUEST',
      config,
      request
    );
  }
  if (config.maxBodyLength > -1 && Buffer.byteLength(body) > config.maxBodyLength) {
    throw new AxiosError('Request body larger than maxBodyLength limit', 'ERR_BAD_REQUEST', config, request);
  }
  return body;
}

function redirects(config) {
  if (config.maxRedirects === 0) return undefined;
  return { max: config.maxRedirects === undefined ? client.REDIRECTS_MAX : config.maxRedirects };
}

function wrap(error, config, request) {
  if (error.code === 'ETIMEDOUT' && config.timeout) {
    return new AxiosError(
      config.timeoutErrorMessage || 'timeout of ' + config.timeout + 'ms exceeded',
      'ECONNABORTED',
      config,
      request
    );
  }
  return AxiosError.from(error, error.code, config, request);
}

function settle(answer, config, request, resolve, reject) {
  request.res.responseUrl = answer.url;
  const response = {
    status: answer.status,
    statusText: answer.statusText,
    headers: new AxiosHeaders(joined(answer.headers)),
    config,
    request,
    data: dataOf(answer, config),
  };
  if (config.maxContentLength > -1 && answer.bytes().length > config.maxContentLength) {
    return reject(
      new AxiosError(
        'maxContentLength size of ' + config.maxContentLength + ' exceeded',
        'ERR_BAD_RESPONSE',
        config,
        request
      )
    );
  }
  if (!config.validateStatus || config.validateStatus(answer.status)) return resolve(response);
  const code = answer.status >= 400 && answer.status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE';
  reject(new AxiosError('Request failed with status code ' + answer.status, code, config, request, response));
}

function textOf(answer, encoding) {
  return encoding && !/^utf-?8$/i.test(encoding) ? Buffer.from(answer.bytes()).toString(encoding) : answer.text();
}

function dataOf(answer, config) {
  switch (config.responseType) {
    case 'arraybuffer':
      return Buffer.from(answer.bytes());
    case 'stream':
      return new IncomingMessage(answer);
    case 'blob':
      return new (require('internal/blob').Blob)([answer.bytes()], {
        type: (answer.headers['content-type'] || [''])[0],
      });
    default:
      return textOf(answer, config.responseEncoding).replace(/^\ufeff/, '');
  }
}
