'use strict';

// `axios.CancelToken`, older than AbortSignal and still in use.
const { CanceledError } = require('internal/axios-errors');

class CancelToken {
  constructor(executor) {
    if (typeof executor !== 'function') throw new TypeError('executor must be a function.');
    this.listeners = [];
    this.promise = new Promise((resolve) => this.subscribe(resolve));
    executor((message, config, request) => {
      if (this.reason) return;
      this.reason = new CanceledError(message, config, request);
      for (const listener of this.listeners) listener(this.reason);
    });
  }

  throwIfRequested() {
    if (this.reason) throw this.reason;
  }

  subscribe(listener) {
    if (this.reason) listener(this.reason);
    else this.listeners.push(listener);
  }
  unsubscribe(listener) {
    this.listeners = this.listeners.filter((item) => item !== listener);
  }

  static source() {
    let cancel;
    const token = new CancelToken((given) => {
      cancel = given;
    });
    return { token, cancel };
  }
}

exports.CancelToken = CancelToken;
exports.isCancel = (value) => Boolean(value && value.__CANCEL__);
