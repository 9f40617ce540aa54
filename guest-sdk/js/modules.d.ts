// The modules that a hook can require. Those without a body are `any`: the packages' own types promise more than is built in.

declare module 'airtable';
declare module 'assert';
declare module 'assert/strict';
declare module 'auth0';
declare module 'aws-sdk';
declare module 'aws-sdk/clients/cloudwatchevents';
declare module 'aws-sdk/clients/eventbridge';
declare module 'aws-sdk/clients/lambda';
declare module 'aws-sdk/clients/ses';
declare module 'aws-sdk/clients/sns';
declare module 'aws-sdk/clients/sqs';
declare module 'axios';
declare module 'bluebird';
declare module 'buffer';
declare module 'console';
declare module 'crypto' {
  type Data = string | ArrayBufferView;
  interface Digest {
    update(data: Data, encoding?: BufferEncoding): this;
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
  }
  /** MD5, SHA-1 and SHA-2. */
  function createHash(algorithm: string): Digest;
  function createHmac(algorithm: string, key: Data): Digest;
  function getHashes(): string[];
  function pbkdf2(
    password: Data,
    salt: Data,
    iterations: number,
    length: number,
    digest: string,
    callback: (error: Error | null, key: Buffer) => void
  ): void;
  function pbkdf2Sync(password: Data, salt: Data, iterations: number, length: number, digest: string): Buffer;
  function randomBytes(size: number): Buffer;
  function randomBytes(size: number, callback: (error: Error | null, bytes: Buffer) => void): void;
  function randomFillSync<Bytes extends ArrayBufferView>(bytes: Bytes): Bytes;
  function randomInt(max: number): number;
  function randomInt(min: number, max: number): number;
  function randomUUID(): string;
  function timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean;
  const webcrypto: any;
}
declare module 'events';
declare module 'form-data';
declare module 'got';
declare module 'graphql-request';
declare module 'graphqurl';
declare module 'http';
declare module 'https';
declare module 'jsonwebtoken';
declare module 'lodash';
declare module 'ms';
declare module 'node-fetch';
declare module 'os';
declare module 'path';
declare module 'path/posix';
declare module 'perf_hooks';
declare module 'process';
declare module 'punycode';
declare module 'qs';
declare module 'querystring';
declare module 'request';
declare module 'request-promise';
declare module 'request-promise-native';
declare module 'request-promise-native/errors';
declare module 'request-promise/errors';
declare module 'slack-notify' {
  interface Message {
    text?: string;
    channel?: string;
    username?: string;
    icon_emoji?: string;
    icon_url?: string;
    fields?: { [title: string]: unknown };
    attachments?: object[];
    [option: string]: unknown;
  }
  type Send = (message: string | Message, callback?: (error: Error | null, answer?: string) => void) => Promise<string>;
  interface Slack {
    send: Send;
    alert: Send;
    bug: Send;
    note: Send;
    success: Send;
    request: Send;
    extend(defaults: Message): Send;
    onError: (error: Error) => void;
  }
  function slackNotify(webhookUrl: string): Slack;
  export = slackNotify;
}
declare module 'stream';
declare module 'stream/promises';
declare module 'string_decoder';
declare module 'superagent';
declare module 'timers';
declare module 'timers/promises';
declare module 'tty';
declare module 'twilio';
declare module 'unirest';
declare module 'url';
declare module 'util';
declare module 'util/types';
declare module 'uuid';
declare module 'uuid/v1';
declare module 'uuid/v3';
declare module 'uuid/v4';
declare module 'uuid/v5';
declare module 'zlib';

// Node's own, with its prefix.

declare module 'node:assert';
declare module 'node:assert/strict';
declare module 'node:buffer';
declare module 'node:console';
declare module 'node:crypto' {
  export * from 'crypto';
}
declare module 'node:events';
declare module 'node:http';
declare module 'node:https';
declare module 'node:os';
declare module 'node:path';
declare module 'node:path/posix';
declare module 'node:perf_hooks';
declare module 'node:process';
declare module 'node:punycode';
declare module 'node:querystring';
declare module 'node:stream';
declare module 'node:stream/promises';
declare module 'node:string_decoder';
declare module 'node:timers';
declare module 'node:timers/promises';
declare module 'node:tty';
declare module 'node:url';
declare module 'node:util';
declare module 'node:util/types';
declare module 'node:zlib';

// A package with a version: it resolves to what is built in.

declare module 'airtable@*';
declare module 'auth0@*';
declare module 'aws-sdk@*';
declare module 'axios@*';
declare module 'bluebird@*';
declare module 'form-data@*';
declare module 'got@*';
declare module 'graphql-request@*';
declare module 'graphqurl@*';
declare module 'jsonwebtoken@*';
declare module 'lodash@*';
declare module 'ms@*';
declare module 'node-fetch@*';
declare module 'qs@*';
declare module 'request@*';
declare module 'request-promise@*';
declare module 'request-promise-native@*';
declare module 'slack-notify@*';
declare module 'superagent@*';
declare module 'twilio@*';
declare module 'unirest@*';
declare module 'uuid@*';
