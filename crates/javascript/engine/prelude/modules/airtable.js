'use strict';

// `airtable`: new Airtable({apiKey}).base(id)(table), Airtable.configure, Airtable.base; on a table
// select(...).firstPage/eachPage/all, find, create, update, replace, destroy; callback or promise; records with get,
// set, save, patchUpdate, updateFields, destroy.
const { call, withCallback } = require('internal/api-call');
const nested = require('qs');
const closed = require('internal/closed');

const STATUSES = {
  401: ['AUTHENTICATION_REQUIRED', 'You should provide valid api key to perform this operation'],
  403: ['NOT_AUTHORIZED', 'You are not authorized to perform this operation'],
  404: ['NOT_FOUND', 'Could not find what you are looking for'],
  413: ['REQUEST_TOO_LARGE', 'Request body is too large'],
  429: [
    'TOO_MANY_REQUESTS',
    'You have made too many requests in a short period of time. Please retry your request later',
  ],
  500: ['SERVER_ERROR', 'Try again. If the problem persists, contact support.'],
  503: ['SERVICE_UNAVAILABLE', 'The service is temporarily unavailable. Please retry shortly.'],
};

/** What the service refused: `error` is its word, `statusCode` its status. */
class AirtableError extends Error {
  constructor(error, message, statusCode) {
    super(message);
    this.name = 'AirtableError';
    this.error = error;
    this.statusCode = statusCode;
  }
  toString() {
    return this.message + '(' + this.error + ')' + (this.statusCode ? '[Http code ' + this.statusCode + ']' : '');
  }
}

class AirtableRecord {
  constructor(table, id, json) {
    Object.defineProperty(this, '_table', { value: table });
    this.id = id || (json && json.id);
    this._rawJson = json;
    this.fields = (json && json.fields) || {};
  }
  getId() {
    return this.id;
  }
  get(name) {
    return this.fields[name];
  }
  set(name, value) {
    this.fields[name] = value;
  }
  save(callback) {
    return this.replaceFields(this.fields, callback);
  }
  patchUpdate(fields, callback) {
    return this._change('update', fields, callback);
  }
  updateFields(fields, callback) {
    return this.patchUpdate(fields, callback);
  }
  putUpdate(fields, callback) {
    return this._change('replace', fields, callback);
  }
  replaceFields(fields, callback) {
    return this.putUpdate(fields, callback);
  }
  destroy(callback) {
    return this._table.destroy(this.id, callback);
  }
  _change(method, fields, callback) {
    const changed = this._table[method](this.id, fields).then((record) =>
      Object.assign(this, { fields: record.fields, _rawJson: record._rawJson })
    );
    return withCallback(changed, callback);
  }
}

class Table {
  constructor(base, name) {
    if (!name) throw new Error('Table name or table ID is required');
    this.name = name;
    Object.defineProperty(this, '_base', { value: base });
  }

  _send(method, path, query, json) {
    return this._base.send(method, '/' + encodeURIComponent(this.name) + path, query, json);
  }
  _record(json) {
    return new AirtableRecord(this, json.id, json);
  }

  select(params = {}) {
    return new Query(this, params);
  }

  find(id, callback) {
    return withCallback(
      this._send('GET', '/' + encodeURIComponent(id)).then((json) => this._record(json)),
      callback
    );
  }

  create(data, options, callback) {
    if (typeof options === 'function') [options, callback] = [{}, options];
    const many = Array.isArray(data);
    const records = many ? data.map((item) => ({ fields: item.fields || item })) : undefined;
    const body = Object.assign(many ? { records } : { fields: data }, options);
    return withCallback(
      this._send('POST', '/', undefined, body).then((json) =>
        many ? json.records.map((item) => this._record(item)) : this._record(json)
      ),
      callback
    );
  }

  update(...args) {
    return this._change('PATCH', args);
  }
  replace(...args) {
    return this._change('PUT', args);
  }

  _change(method, args) {
    const callback = typeof args[args.length - 1] === 'function' ? args.pop() : undefined;
    if (Array.isArray(args[0])) {
      const records = args[0].map(({ id, fields }) => ({ id, fields }));
      const many = this._send(method, '/', undefined, Object.assign({ records }, args[1])).then((json) =>
        json.records.map((item) => this._record(item))
      );
      return withCallback(many, callback);
    }
    const body = Object.assign({ fields: args[1] }, args[2]);
    return withCallback(
      this._send(method, '/' + encodeURIComponent(args[0]), undefined, body).then((json) => this._record(json)),
      callback
    );
  }

  destroy(ids, callback) {
    const removed = Array.isArray(ids)
      ? this._send('DELETE', '', { records: ids }).then((json) =>
          json.records.map((item) => new AirtableRecord(this, item.id, null))
        )
      : this._send('DELETE', '/' + encodeURIComponent(ids)).then(() => new AirtableRecord(this, ids, null));
    return withCallback(removed, callback);
  }
}

class Query {
  constructor(table, params) {
    Object.defineProperty(this, '_table', { value: table });
    this.params = params;
  }

  firstPage(callback) {
    return withCallback(
      this._page().then((page) => page.records),
      callback
    );
  }

  all(callback) {
    return withCallback(this._all(), callback);
  }

  eachPage(visit, done) {
    const step = (offset) =>
      this._page(offset).then(
        (page) =>
          new Promise((resolve, reject) => {
            const next = () => resolve(page.offset ? step(page.offset) : undefined);
            try {
              visit(page.records, next);
            } catch (error) {
              reject(error);
            }
          })
      );
    return withCallback(step(), done);
  }

  async _all() {
    const records = [];
    let offset;
    do {
      const page = await this._page(offset);
      records.push(...page.records);
      offset = page.offset;
    } while (offset);
    return records;
  }

  async _page(offset) {
    const json = await this._table._send('GET', '', Object.assign({}, this.params, offset ? { offset } : {}));
    return { records: json.records.map((item) => this._table._record(item)), offset: json.offset };
  }
}

class Base {
  constructor(settings, id) {
    this.settings = settings;
    this.id = id;
  }

  async send(method, path, query, json) {
    const text = query ? queryOf(query) : '';
    const answer = await call({
      method,
      url: this.settings.endpointUrl + '/v0/' + this.id + path + (text && '?' + text),
      json,
      timeoutMs: this.settings.requestTimeout,
      headers: Object.assign(
        {
          Authorization: 'Bearer ' + this.settings.apiKey,
          'x-api-version': '0.1.0',
          'x-airtable-application-id': this.id,
        },
        this.settings.customHeaders
      ),
    });
    if (answer.status >= 200 && answer.status < 300 && answer.data) return answer.data;
    const details = answer.data && answer.data.error;
    const [error, message] = STATUSES[answer.status] || ['UNEXPECTED_ERROR', 'An unexpected error occurred'];
    if (answer.status === 404 || answer.status === 422 || !STATUSES[answer.status]) {
      throw new AirtableError(
        (details && (details.type || details)) || error,
        (details && details.message) || message,
        answer.status
      );
    }
    throw new AirtableError(error, message, answer.status);
  }
}

/** Lists as `fields[]=a`, lists of objects as `sort[0][field]=a`. */
function queryOf(params) {
  return Object.keys(params)
    .filter((name) => params[name] !== undefined)
    .map((name) => {
      const plain = Array.isArray(params[name]) && params[name].every((item) => typeof item !== 'object');
      return nested.stringify({ [name]: params[name] }, { arrayFormat: plain ? 'brackets' : 'indices' });
    })
    .filter(Boolean)
    .join('&');
}

class Airtable {
  constructor(options = {}) {
    const settings = Object.assign(
      { endpointUrl: 'https://api.airtable.com', requestTimeout: undefined },
      Airtable.defaults,
      options
    );
    settings.apiKey = settings.apiKey || process.env.AIRTABLE_API_KEY;
    if (!settings.apiKey) throw new Error('An API key is required to connect to Airtable');
    Object.defineProperty(this, 'settings', { value: settings });
  }

  base(id) {
    const base = new Base(this.settings, id);
    const table = (name) => closed(new Table(base, name), 'airtable: table');
    table.getId = () => id;
    table.table = table;
    return table;
  }

  static configure(options) {
    Airtable.defaults = Object.assign({}, Airtable.defaults, options);
  }
  static base(id) {
    return new Airtable().base(id);
  }
}
Airtable.defaults = {};
Airtable.Record = AirtableRecord;
Airtable.Table = Table;
Airtable.Base = Base;
Airtable.Error = AirtableError;
Airtable.default = Airtable;

module.exports = Airtable;
