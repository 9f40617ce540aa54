/** The daemon's public API: one function per call that the console makes, and the bodies that it reads. */

import { endSession, token } from './session';

export type DeliveryState = 'pending' | 'leased' | 'succeeded' | 'dead';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Fields = { [key: string]: Json };

export interface Trigger {
  name: string;
  arguments: string[];
  blocking: boolean;
  log_code: string;
  starter: { javascript: string; rust: string };
  sample: Fields;
}

export interface Hook {
  id: string;
  name: string;
  trigger: string;
  enabled: boolean;
  kind: 'module' | 'script';
  version: number;
  created_at: string;
  updated_at: string;
  last_outcomes: string[];
}

export interface HookCode {
  id: string;
  name: string;
  script: string;
  enabled: boolean;
  triggerId: string;
}

export interface Version {
  number: number;
  live: boolean;
  kind: 'module' | 'script';
  digest: string | null;
  bytes: number;
  created_at: string;
  script?: string;
}

export interface Settings {
  limits: Record<string, number>;
  allowed_hosts: string[] | null;
  retry: 'safe' | 'always' | 'none';
}

export interface HookError {
  message: string;
  name: string;
  stack: string;
  retryable?: boolean;
  retry_after_s?: number;
  properties?: Fields;
}

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  at_ms: number;
}

export interface Call {
  method: string;
  url: string;
  status?: number;
  error?: string;
  wall_ms: number;
  request_bytes: number;
  response_bytes: number;
}

/** What is known of one execution, by the runner or of an attempt. */
export interface Execution {
  outcome: string;
  error?: HookError;
  logs: LogLine[];
  log_lines_dropped?: number;
  http: Call[];
  wall_ms: number;
  cpu_ms: number;
  fuel_used: number;
  memory_bytes_peak: number;
}

export interface RunnerReport extends Execution {
  value: Json;
}

export interface Attempt extends Execution {
  number: number;
  version: number;
  started_at: string;
}

export interface Delivery {
  id: string;
  hook_id: string;
  hook_name: string;
  state: DeliveryState;
  next_attempt_at: string | null;
  waiting_for?: string;
  attempts: Attempt[];
}

export interface Event {
  id: string;
  trigger: string;
  received_at: string;
  initiated_by?: string;
  user: Json;
  context: Json;
  deliveries: Delivery[];
}

export interface LogEntry {
  log_id: string;
  date: string;
  type: string;
  description: string | null;
  user_id: string | null;
  user_name: string | null;
  hook_id: string | null;
  hook_name: string | null;
  tenant_name: string;
  details: Json;
}

export interface Tenant {
  tenant: string;
  created_at: string;
  hooks: number;
  backlog: number;
}

export interface TenantCreated {
  tenant: string;
  client_id: string;
  client_secret: string;
  token: string;
}

export interface RunnerRequest {
  trigger: string;
  hook_id?: string;
  script?: string;
  module?: string;
  secrets?: Record<string, string>;
  input: Fields;
  limits?: Record<string, number>;
}

/** The API said no, or could not be reached (then `status` is 0). */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Options {
  body?: unknown;
  signal?: AbortSignal | undefined;
  query?: Record<string, string | number | undefined>;
  /** Instead of the session's. */
  token?: string;
}

async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers = new Headers({ authorization: `Bearer ${options.token ?? token()}` });
  let body: BodyInit | null = null;
  if (options.body instanceof Blob) {
    headers.set('content-type', 'application/wasm');
    body = options.body;
  } else if (options.body !== undefined) {
    headers.set('content-type', 'application/json');
    body = JSON.stringify(options.body);
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const address = query.size > 0 ? `${path}?${query}` : path;
  let response: Response;
  try {
    response = await fetch(address, { method, headers, body, signal: options.signal ?? null, cache: 'no-store' });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiFailure(0, 'unreachable', 'The daemon cannot be reached. Is it running? Try again when it is.');
  }
  if (response.ok) return response;
  const failure = await readFailure(response);
  if (response.status === 401 && options.token === undefined) endSession('Your token is not valid any more. Sign in again.');
  throw failure;
}

async function readFailure(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => null)) as { message?: string; errorCode?: string } | null;
  const wait = response.headers.get('retry-after');
  const message = body?.message ?? `The daemon answered ${response.status}.`;
  return new ApiFailure(response.status, body?.errorCode ?? 'unknown', wait ? `${message} (try again in ${wait} s)` : message);
}

async function call<T>(method: string, path: string, options?: Options): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const at = encodeURIComponent;

export const api = {
  triggers: (signal?: AbortSignal, token?: string) =>
    call<{ triggers: Trigger[] }>('GET', '/v1/triggers', token === undefined ? { signal } : { signal, token }).then(
      (answer) => answer.triggers,
    ),
  hooks: (signal?: AbortSignal) => call<{ hooks: Hook[] }>('GET', '/v1/hooks', { signal }).then((answer) => answer.hooks),
  hookCode: (id: string, signal?: AbortSignal) => call<HookCode>('GET', `/api/v2/hooks/${at(id)}`, { signal }),
  createScript: (name: string, triggerId: string, script: string) =>
    call<HookCode>('POST', '/api/v2/hooks', { body: { name, triggerId, script } }),
  createModule: (name: string, trigger: string, module: Blob) =>
    call<Hook>('POST', '/v1/hooks', { body: module, query: { name, trigger } }),
  changeHook: (id: string, change: { name?: string; enabled?: boolean; script?: string }) =>
    call<HookCode>('PATCH', `/api/v2/hooks/${at(id)}`, { body: change }),
  deleteHook: (id: string) => call<void>('DELETE', `/api/v2/hooks/${at(id)}`),
  replaceModule: (id: string, module: Blob) =>
    call<{ version: number }>('PUT', `/v1/hooks/${at(id)}/module`, { body: module }),
  versions: (id: string, signal?: AbortSignal) =>
    call<{ versions: Version[] }>('GET', `/v1/hooks/${at(id)}/versions`, { signal }).then((answer) => answer.versions),
  version: (id: string, number: number, signal?: AbortSignal) =>
    call<Version>('GET', `/v1/hooks/${at(id)}/versions/${number}`, { signal }),
  activate: (id: string, number: number) => call<{ version: number }>('POST', `/v1/hooks/${at(id)}/versions/${number}/activate`),
  settings: (id: string, signal?: AbortSignal) => call<Settings>('GET', `/v1/hooks/${at(id)}/settings`, { signal }),
  changeSettings: (id: string, change: { limits?: Record<string, number | null>; allowed_hosts?: string[] | null; retry?: string }) =>
    call<Settings>('PATCH', `/v1/hooks/${at(id)}/settings`, { body: change }),
  secretNames: (id: string, signal?: AbortSignal) =>
    call<Record<string, string>>('GET', `/api/v2/hooks/${at(id)}/secrets`, { signal }).then(Object.keys),
  addSecret: (id: string, name: string, value: string) =>
    call<void>('POST', `/api/v2/hooks/${at(id)}/secrets`, { body: { [name]: value } }),
  replaceSecret: (id: string, name: string, value: string) =>
    call<void>('PATCH', `/api/v2/hooks/${at(id)}/secrets`, { body: { [name]: value } }),
  deleteSecret: (id: string, name: string) => call<void>('DELETE', `/api/v2/hooks/${at(id)}/secrets`, { body: [name] }),
  run: (request: RunnerRequest, signal?: AbortSignal) => call<RunnerReport>('POST', '/v1/runner', { body: request, signal }),
  sendEvent: (trigger: string, event: Fields) =>
    call<{ event_id: string; deliveries: number }>('POST', `/v1/events/${at(trigger)}`, { body: event }),
  events: (query: Record<string, string | number | undefined>, signal?: AbortSignal) =>
    call<{ events: Event[]; next?: string }>('GET', '/v1/events', { query, signal }),
  event: (id: string, signal?: AbortSignal) => call<Event>('GET', `/v1/events/${at(id)}`, { signal }),
  logs: (query: Record<string, string | number | undefined>, signal?: AbortSignal) =>
    call<LogEntry[]>('GET', '/api/v2/logs', { query, signal }),
  tenants: (signal?: AbortSignal, token?: string) =>
    call<{ tenants: Tenant[] }>('GET', '/v1/tenants', token === undefined ? { signal } : { signal, token }).then(
      (answer) => answer.tenants,
    ),
  createTenant: (name: string) => call<TenantCreated>('POST', '/v1/tenants', { body: { name } }),
  metrics: (signal?: AbortSignal) => send('GET', '/metrics', { signal }).then((response) => response.text()),
};
