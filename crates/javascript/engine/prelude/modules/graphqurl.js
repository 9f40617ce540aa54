'use strict';

// `graphqurl`: query({endpoint, query, headers, variables}, onAnswer?, onError?) for queries and mutations;
// createClient({endpoint, headers}) with `query`. The answer is `{data}`. Subscriptions are not built in.
const { GraphQLClient } = require('graphql-request');
const { unsupported } = require('internal/coded-error');
const { withCallback } = require('internal/api-call');

async function perform({ endpoint, query, headers, variables }) {
  const text = typeof query === 'string' ? query : query && query.loc && query.loc.source.body;
  if (/^\s*subscription\b/.test(text)) throw unsupported('graphqurl: a subscription', 'send a query or a mutation');
  return { data: await new GraphQLClient(endpoint, { headers }).request(query, variables) };
}

function query(options, onAnswer, onError) {
  const answered = perform(options);
  if (!onAnswer && !onError) return answered;
  const done = (error, answer) => (error ? onError && onError(error) : onAnswer && onAnswer(answer));
  return withCallback(answered, done);
}

function createClient({ endpoint, headers }) {
  return {
    query: (options, onAnswer, onError) =>
      query(
        Object.assign({ endpoint }, options, { headers: Object.assign({}, headers, options.headers) }),
        onAnswer,
        onError
      ),
    subscribe() {
      throw unsupported('graphqurl: a subscription', 'send a query or a mutation');
    },
  };
}

module.exports = { query, createClient };
