// What a hook in JavaScript is given: the triggers' arguments, the error classes and the other globals. Everything here
// is ambient, because a hook is a script that imports nothing.

/// <reference lib="es2023" />
/// <reference path="./globals.d.ts" />
/// <reference path="./modules.d.ts" />

declare namespace Hookbox {
  // The hooks, one type for each trigger. Put it above the function:
  //
  //     /** @type {Hookbox.PostChangePassword} */
  //     module.exports = function (user, context, cb) { … };
  //
  // A hook calls `cb`, or it is async and declares no parameter for `cb`. What it returns otherwise does not matter.

  /** `post-change-password`: after a user's password was changed. The result is ignored. */
  type PostChangePassword = Hook<[user: User, context: ConnectionContext, cb: Callback<unknown>]>;

  /** `post-user-registration`: after a user has signed up. The result is ignored. */
  type PostUserRegistration = Hook<[user: RegisteredUser, context: RegistrationContext, cb: Callback<unknown>]>;

  /** `pre-user-registration`: before a user is signed up. May refuse, and add metadata. */
  type PreUserRegistration = Hook<
    [user: NewUser, context: PreRegistrationContext, cb: Callback<PreUserRegistrationResult>]
  >;

  /** `credentials-exchange`: when a client asks for an access token with its own credentials. */
  type CredentialsExchange = Hook<
    [
      client: Client,
      scope: string[] | undefined,
      audience: string,
      context: Context,
      cb: Callback<CredentialsExchangeResult>,
    ]
  >;

  /** `send-phone-message`: sends a code to a phone. */
  type SendPhoneMessage = Hook<
    [recipient: string, text: string, context: PhoneContext, cb: Callback<SendPhoneMessageResult>]
  >;

  // Two forms, because TypeScript asks for a function that is async to be declared as one.
  type Hook<Arguments extends any[]> = ((...args: Arguments) => void) | ((...args: Arguments) => Promise<unknown>);

  /** Ends the hook: `cb()`, `cb(null, value)` or `cb(error)`. The first call counts. */
  type Callback<Value> = (error?: Failure | string | null, value?: Value) => void;

  /** An error, with what the schedule of attempts should know. Other properties are kept in the report. */
  interface Failure extends Error {
    /** `false`: another attempt makes no sense. */
    retryable?: boolean;
    /** After how many seconds another attempt makes sense. */
    retry_after_s?: number;
  }

  interface User {
    /** Without the prefix of the provider. */
    id: string;
    username?: string;
    email: string;
    /** ISO 8601, UTC. */
    last_password_reset: string;
  }

  interface RegisteredUser {
    id: string;
    tenant: string;
    username?: string;
    email?: string;
    emailVerified?: boolean;
    phoneNumber?: string;
    phoneNumberVerified?: boolean;
    user_metadata?: Metadata;
    app_metadata?: Metadata;
  }

  /** A user who does not exist yet. */
  interface NewUser extends Omit<RegisteredUser, 'id'> {
    password?: string;
  }

  interface Client {
    id: string;
    name: string;
    tenant: string;
    metadata?: { [name: string]: string };
  }

  interface Connection {
    id: string;
    name: string;
    tenant: string;
  }

  interface Metadata {
    [name: string]: any;
  }

  interface Context {
    webtask: Webtask;
  }

  interface ConnectionContext extends Context {
    connection: Connection;
  }

  interface RegistrationContext extends ConnectionContext {
    requestLanguage?: string;
  }

  interface PreRegistrationContext extends RegistrationContext {
    renderLanguage?: string;
  }

  interface PhoneContext extends Context {
    message_type: 'sms' | 'voice';
    action: 'enrollment' | 'second-factor-authentication';
    language: string;
    code: string;
    ip: string;
    user_agent: string;
    client?: { client_id: string; name: string; client_metadata?: Metadata };
    user: { user_id: string; name: string; email: string; app_metadata?: Metadata; user_metadata?: Metadata };
  }

  interface PreUserRegistrationResult {
    /** The keys of the metadata must not begin with `$` nor contain a `.`. */
    user?: { user_metadata?: Metadata; app_metadata?: Metadata };
  }

  interface CredentialsExchangeResult {
    /** Left out, the token has no scopes. */
    scope?: string[];
    /** A claim, named by an address: `'https://example.com/claim'`. */
    [claim: string]: unknown;
  }

  interface SendPhoneMessageResult {
    MessageID?: string;
  }

  interface Webtask {
    /** The hook's secrets by name. */
    secrets: { [name: string]: string | undefined };
    /** What the hook runs for. */
    event?: Event;
    /** Query, parameters and secrets, merged. */
    data: { [name: string]: string | undefined };
    headers: { [name: string]: string };
    /** The event's id. */
    id: string;
    params: { [name: string]: string };
    query: { [name: string]: string };
    meta: { [name: string]: string };
    /** Lives as long as the run. */
    storage: Storage;
    /** The event as it came, without secrets. */
    body: any;
    body_raw: string;
  }

  interface Event {
    /** The same in every attempt. */
    id: string;
    /** 1 for the first. */
    attempt: number;
    /** Who made the change, where the identity system said so. */
    initiated_by?: 'user' | 'admin';
  }

  interface Storage {
    get(callback: (error: Error | null, data: any) => void): void;
    get(options: object, callback: (error: Error | null, data: any) => void): void;
    set(data: unknown, callback?: (error: Error | null) => void): void;
    set(data: unknown, options: { force?: boolean | number }, callback?: (error: Error | null) => void): void;
  }
}

/** Refuses a sign-up. The second text is for the person who signs up; left out, it is the first. */
declare class PreUserRegistrationError extends Error {
  constructor(message: string, friendlyMessage?: string);
  friendlyMessage: string;
}

/** Refuses to send a message. The second text is for the person who waits for it; left out, it is the first. */
declare class SendPhoneMessageError extends Error {
  constructor(message: string, friendlyMessage?: string);
  friendlyMessage: string;
}

/** Refuses a token: 400 `invalid_scope`. */
declare class InvalidScopeError extends Error {
  constructor(message?: string);
  code: 'invalid_scope';
  statusCode: 400;
}

/** Refuses a token: 400 `invalid_request`. */
declare class InvalidRequestError extends Error {
  constructor(message?: string);
  code: 'invalid_request';
  statusCode: 400;
}

/** Refuses a token: 500 `server_error`. */
declare class ServerError extends Error {
  constructor(message?: string);
  code: 'server_error';
  statusCode: 500;
}
