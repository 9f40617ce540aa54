'use strict';

// The `body` of a Request or Response: a web stream of one piece, as far as it is read. `read()` gives the bytes, once.
const { unsupported } = require('internal/coded-error');

class ReadableStream {
  #read;
  #reader = null;
  #isOver = false;

  constructor(read) {
    if (typeof read !== 'function') {
      throw unsupported('new ReadableStream', 'give a string or bytes as the body');
    }
    this.#read = read;
  }

  get locked() {
    return this.#reader !== null;
  }

  getReader() {
    if (this.#reader !== null) throw new TypeError('Invalid state: ReadableStream is locked');
    const reader = {
      read: async () => this.#next(reader),
      cancel: async () => this.#end(),
      releaseLock: () => {
        if (this.#reader === reader) this.#reader = null;
      },
    };
    this.#reader = reader;
    return reader;
  }

  async cancel() {
    if (this.#reader !== null) throw new TypeError('Invalid state: ReadableStream is locked');
    this.#end();
  }

  tee() {
    const reader = this.getReader();
    let bytes;
    return [0, 1].map(
      () =>
        new ReadableStream(() => {
          if (bytes === undefined) bytes = this.#next(reader).value || new Uint8Array(0);
          return bytes;
        })
    );
  }

  async *[Symbol.asyncIterator]() {
    const reader = this.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      this.#end();
      reader.releaseLock();
    }
  }
  values() {
    return this[Symbol.asyncIterator]();
  }

  pipeTo() {
    throw unsupported('body.pipeTo', 'read the body with text(), json() or arrayBuffer()');
  }
  pipeThrough() {
    throw unsupported('body.pipeThrough', 'read the body with text(), json() or arrayBuffer()');
  }

  get [Symbol.toStringTag]() {
    return 'ReadableStream';
  }

  #next(reader) {
    if (this.#reader !== reader) throw new TypeError('Invalid state: the reader has been released');
    if (this.#isOver) return { done: true, value: undefined };
    const value = this.#read();
    this.#isOver = true;
    return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
  }

  #end() {
    if (!this.#isOver) this.#read();
    this.#isOver = true;
  }
}

exports.ReadableStream = ReadableStream;
