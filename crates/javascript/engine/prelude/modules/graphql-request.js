'use strict';

// `graphql-request`: request(url, document, variables?, headers?), request({url, document, variables, requestHeaders}),
// rawRequest, GraphQLClient (request, rawRequest, batchRequests, setHeader, setHeaders, setEndpoint), gql, ClientError.
// Documents are texts, or trees that gql of another package made and that still know their source. Middleware and
// persisted queries are not built in.
const { call } = require('internal/api-call');
const { HeaderList } = require('internal/header-list');
const { Headers, headersOfAnswer } = require('internal/web-headers');
const { refusalOf, unsupported } = require('internal/coded-error');

const REFUSED = {
  __proto__: null,
  fetch: 'leave it out',
  requestMiddleware: 'set the headers of the client',
  responseMiddleware: 'look at the answer of rawRequest',
};
const refuse = refusalOf('graphql-request', REFUSED);

class ClientError extends Error {
  constructor(response, request) {
    const first = response.errors && response.errors[0] && response.errors[0].message;
    super((first || 'GraphQL Error (Code: ' + response.status + ')') + ': ' + JSON.stringify({ response, request }));
    this.name = 'ClientError';
    this.response = response;
    this.request = request;
  }
}

function sourceOf(document) {
  if (typeof document === 'string') return document;
  if (document instanceof String) return String(document);
  const source = document && document.loc && document.loc.source && document.loc.source.body;
  if (!source) throw unsupported('graphql-request: a document without its source', 'give the query as a text');
  return source;
}

function headersOf(value) {
  const given = typeof value === 'function' ? value() : value;
  return given instanceof Headers ? given.raw() : given;
}

async function post(url, options, body, requestHeaders) {
  refuse(options);
  if (options.method && String(options.method).toUpperCase() !== 'POST') {
    throw unsupported('graphql-request: the option `method`', 'leave it out; queries are sent with POST');
  }
  const headers = new HeaderList({ Accept: '*/*' })
    .assign(headersOf(options.headers))
    .assign(headersOf(requestHeaders));
  return call({ method: 'POST', url: String(url), headers, json: body });
}

function read(answer, result, query, variables, errorPolicy) {
  const headers = headersOfAnswer(answer.headers);
  const failed =
    answer.status < 200 ||
    answer.status > 299 ||
    !result ||
    (result.errors && errorPolicy !== 'all' && errorPolicy !== 'ignore');
  if (failed) {
    const details = result !== null && typeof result === 'object' ? result : { error: answer.text };
    throw new ClientError(Object.assign({}, details, { status: answer.status }), { query, variables });
  }
  return Object.assign({}, result, { headers, status: answer.status });
}

class GraphQLClient {
  constructor(url, options) {
    this.url = url;
    this.options = Object.assign({}, options);
  }

  async rawRequest(document, variables, requestHeaders) {
    if (document !== null && typeof document === 'object' && document.query) {
      return this.rawRequest(document.query, document.variables, document.requestHeaders);
    }
    const query = sourceOf(document);
    const answer = await post(this.url, this.options, { query, variables }, requestHeaders);
    return read(answer, answer.data, query, variables, this.options.errorPolicy);
  }

  async request(document, variables, requestHeaders) {
    if (document !== null && typeof document === 'object' && document.document) {
      return this.request(document.document, document.variables, document.requestHeaders);
    }
    return (await this.rawRequest(document, variables, requestHeaders)).data;
  }

  async batchRequests(documents, requestHeaders) {
    const list = Array.isArray(documents) ? documents : documents.documents;
    const bodies = list.map((item) => ({ query: sourceOf(item.document), variables: item.variables }));
    const answer = await post(this.url, this.options, bodies, requestHeaders || documents.requestHeaders);
    return (Array.isArray(answer.data) ? answer.data : [answer.data]).map((result, i) =>
      read(answer, result, bodies[i] && bodies[i].query, bodies[i] && bodies[i].variables, this.options.errorPolicy)
    );
  }

  setHeaders(headers) {
    this.options.headers = headers;
    return this;
  }
  setHeader(name, value) {
    this.options.headers = new HeaderList(headersOf(this.options.headers)).set(name, value).toObject();
    return this;
  }
  setEndpoint(url) {
    this.url = url;
    return this;
  }
}

function request(url, document, variables, requestHeaders) {
  if (url !== null && typeof url === 'object' && url.url) {
    return new GraphQLClient(url.url).request(url.document, url.variables, url.requestHeaders);
  }
  return new GraphQLClient(url).request(document, variables, requestHeaders);
}

function rawRequest(url, document, variables, requestHeaders) {
  if (url !== null && typeof url === 'object' && url.url) {
    return new GraphQLClient(url.url).rawRequest(url.query || url.document, url.variables, url.requestHeaders);
  }
  return new GraphQLClient(url).rawRequest(document, variables, requestHeaders);
}

/** Only joins the pieces; the text is the document. */
function gql(pieces, ...values) {
  return pieces.reduce((text, piece, i) => text + piece + (i < values.length ? sourceOf(values[i]) : ''), '');
}

module.exports = { request, rawRequest, GraphQLClient, ClientError, gql, default: request };
