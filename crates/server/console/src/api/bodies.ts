/** The bodies of the daemon's public API, as far as the console reads them. */

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

/** What a tenant writes hooks for, and with. */
export interface Triggers {
  triggers: Trigger[];
  /** What a script can require. */
  modules: string[];
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
  /** How far the operator lets each limit go. */
  ceilings: Record<string, number>;
  allowed_hosts: string[] | null;
  retry: 'safe' | 'always' | 'none';
  /** By secret: the only hosts that its value goes to. */
  sealed_secrets: Record<string, { hosts: string[] }>;
  /** Hooks of one trigger run by this, then by age. */
  order: number;
}

/** What a PATCH of settings can say. */
export interface SettingsChange {
  limits?: Record<string, number | null>;
  allowed_hosts?: string[] | null;
  retry?: Settings['retry'];
  sealed_secrets?: Record<string, { hosts: string[] } | null>;
  order?: number;
}

export interface TenantSettings {
  several_hooks_per_trigger: boolean;
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

/** A row of the log as it comes, in the live log. */
export interface LiveEntry extends LogEntry {
  event_id: string | null;
}

/** A line that a hook printed, as it comes. */
export interface LiveLine {
  event_id: string;
  delivery_id: string;
  hook_id: string;
  hook_name: string;
  attempt: number;
  level: LogLine['level'];
  message: string;
  at: string;
}

export interface ReplayFilter {
  state: 'dead' | 'succeeded' | 'all';
  trigger?: string;
  hook_id?: string;
  user?: string;
  since?: string;
  until?: string;
  take?: number;
}

export interface Replayed {
  matched: number;
  replayed: number;
}

export interface Backlog {
  pending: number;
  leased: number;
  held: number;
  oldest_ms: number;
}

export interface Stats {
  since: string;
  until: string;
  bucket_ms: number;
  backlog: Backlog;
  dead: number;
  outcomes: Record<string, number>;
  buckets: { at: string; outcomes: Record<string, number> }[];
  wall_ms: { p50: number; p90: number; p99: number } | null;
  hooks: { hook_id: string; hook_name: string; attempts: number; failed: number; wall_ms_p50: number }[];
  sampled: boolean;
}

export interface Node {
  id: string;
  version: string;
  address: string | null;
  started_at: string;
  seen_at: string;
  running: number;
}

export interface OperatorStats {
  tenants: number;
  suspended: number;
  backlog: Backlog;
  dead: number;
  oldest_due_ms: number;
  database: { engine: string; bytes: number };
  nodes: Node[];
  busiest: { tenant: string; pending: number; leased: number; dead: number }[];
}

export interface Token {
  id: string;
  name: string;
  kind: 'token' | 'client';
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  current: boolean;
}

export interface TokenCreated {
  id: string;
  token: string;
  name: string;
  scopes: string[];
  expires_at: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  token_id: string | null;
  token_name: string | null;
  action: string;
  subject: string;
  details: Json;
}

export interface AuditPage {
  entries: AuditEntry[];
  next?: string;
}

export interface Quotas {
  hooks: number;
  backlog: number;
  in_flight: number;
  retention_days: number;
  retention_bytes: number;
}

export interface Tenant {
  tenant: string;
  created_at: string;
  hooks: number;
  backlog: number;
  dead: number;
  suspended: boolean;
  quotas: Quotas;
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
