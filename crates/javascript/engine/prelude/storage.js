// `context.webtask.storage`: the original's calls and conflicts, for the length of one run. Nothing is kept beyond it.
'use strict';

const { stringify, parse } = JSON;

const CHARS_MAX = 500 * 1024;

class Storage {
  #json;
  #etag = 0;
  // The state that the script has read; undefined before its first `get`.
  #read;

  get(options, callback) {
    const done = typeof options === 'function' ? options : callback;
    this.#read = this.#etag;
    const data = this.#json === undefined ? undefined : parse(this.#json);
    queueMicrotask(() => done(null, data));
  }

  set(data, options, callback) {
    const done = typeof options === 'function' ? options : callback || (() => {});
    const force = typeof options === 'object' && options !== null && options.force;
    let error = null;
    const json = stringify(data);
    if (json !== undefined && json.length > CHARS_MAX) {
      error = new Error(`Data is ${json.length} characters of JSON; storage takes at most ${CHARS_MAX}.`);
      error.code = 400;
    } else if (!force && this.#read !== this.#etag) {
      error = new Error('Item was modified since it was read.');
      error.code = 409;
      error.conflict = this.#json === undefined ? undefined : parse(this.#json);
    } else {
      this.#json = json;
      this.#etag += 1;
      this.#read = this.#etag;
    }
    queueMicrotask(() => done(error));
  }
}

exports.Storage = Storage;
