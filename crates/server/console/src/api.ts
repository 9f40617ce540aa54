/** The daemon's public API: one function per call that the console makes. */

import type {
  AuditPage,
  Event,
  Fields,
  Hook,
  HookCode,
  LogEntry,
  OperatorStats,
  Quotas,
  Replayed,
  ReplayFilter,
  RunnerReport,
  RunnerRequest,
  Settings,
  SettingsChange,
  Stats,
  Tenant,
  TenantCreated,
  TenantSettings,
  Token,
  TokenCreated,
  Triggers,
  Version,
} from './api/bodies';
import { call, send } from './api/transport';

export * from './api/bodies';
export { ApiFailure } from './api/transport';

type Query = Record<string, string | number | undefined>;

const at = encodeURIComponent;

export const api = {
  triggers: (signal?: AbortSignal, token?: string) =>
    call<Triggers>('GET', '/v1/triggers', token === undefined ? { signal } : { signal, token }),
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
  saveVersion: (id: string, code: { script: string } | Blob) =>
    call<{ version: number }>('POST', `/v1/hooks/${at(id)}/versions`, { body: code }),
  versions: (id: string, signal?: AbortSignal) =>
    call<{ versions: Version[] }>('GET', `/v1/hooks/${at(id)}/versions`, { signal }).then((answer) => answer.versions),
  version: (id: string, number: number, signal?: AbortSignal) =>
    call<Version>('GET', `/v1/hooks/${at(id)}/versions/${number}`, { signal }),
  activate: (id: string, number: number) => call<{ version: number }>('POST', `/v1/hooks/${at(id)}/versions/${number}/activate`),
  settings: (id: string, signal?: AbortSignal) => call<Settings>('GET', `/v1/hooks/${at(id)}/settings`, { signal }),
  changeSettings: (id: string, change: SettingsChange) => call<Settings>('PATCH', `/v1/hooks/${at(id)}/settings`, { body: change }),
  tenantSettings: (signal?: AbortSignal) => call<TenantSettings>('GET', '/v1/settings', { signal }),
  changeTenantSettings: (change: TenantSettings) => call<TenantSettings>('PATCH', '/v1/settings', { body: change }),
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
  events: (query: Query, signal?: AbortSignal) =>
    call<{ events: Event[]; next?: string }>('GET', '/v1/events', { query, signal }),
  event: (id: string, signal?: AbortSignal) => call<Event>('GET', `/v1/events/${at(id)}`, { signal }),
  replay: (delivery: string) => call<{ event_id: string }>('POST', `/v1/deliveries/${at(delivery)}/replay`),
  replayMany: (filter: ReplayFilter, dryRun: boolean) =>
    call<Replayed>('POST', '/v1/deliveries/replay', { body: { ...filter, dry_run: dryRun } }),
  logs: (query: Query, signal?: AbortSignal) => call<LogEntry[]>('GET', '/api/v2/logs', { query, signal }),
  /** The live log, from after `lastId` where that is known. */
  tail: (hookId: string, lastId: string | undefined, signal: AbortSignal) =>
    send('GET', '/v1/logs/tail', {
      signal,
      query: { hook_id: hookId },
      headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
    }),
  stats: (query: Query, signal?: AbortSignal) => call<Stats>('GET', '/v1/stats', { query, signal }),
  tokens: (signal?: AbortSignal) => call<{ tokens: Token[] }>('GET', '/v1/tokens', { signal }).then((answer) => answer.tokens),
  createToken: (token: { name: string; scopes: string[]; expires_in_s?: number }) => call<TokenCreated>('POST', '/v1/tokens', { body: token }),
  revokeToken: (id: string) => call<void>('DELETE', `/v1/tokens/${at(id)}`),
  audit: (query: Query, signal?: AbortSignal) => call<AuditPage>('GET', '/v1/audit', { query, signal }),

  operatorStats: (signal?: AbortSignal) => call<OperatorStats>('GET', '/v1/stats', { signal }),
  tenants: (signal?: AbortSignal, token?: string) =>
    call<{ tenants: Tenant[] }>('GET', '/v1/tenants', token === undefined ? { signal } : { signal, token }).then(
      (answer) => answer.tenants,
    ),
  tenant: (name: string, signal?: AbortSignal) => call<Tenant>('GET', `/v1/tenants/${at(name)}`, { signal }),
  createTenant: (name: string) => call<TenantCreated>('POST', '/v1/tenants', { body: { name } }),
  changeTenant: (name: string, change: { suspended?: boolean; quotas?: Partial<Record<keyof Quotas, number | null>> }) =>
    call<Tenant>('PATCH', `/v1/tenants/${at(name)}`, { body: change }),
  deleteTenant: (name: string) => call<void>('DELETE', `/v1/tenants/${at(name)}`),
  tenantToken: (name: string, token: { name: string }) => call<TokenCreated>('POST', `/v1/tenants/${at(name)}/tokens`, { body: token }),
};
