//! Bodies of the `/v1` API. The field names are promises.

mod admin;
mod figures;

pub use admin::{
    Audit, AuditEntry, KeysRotated, MasterKeyChange, TenantPatch, TenantSettings, TenantSettingsPatch, Token,
    TokenKind, TokenMade, TokenRequest, Tokens, VersionDiff, VersionInfo,
};
pub use figures::{
    BacklogStats, Bucket, DatabaseStats, HookStats, Node, OperatorStats, Percentiles, Quotas, Stats, TenantLoad,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::report::{Call, LogLine, millis};
use crate::{DeliveryId, EventId, HookError, HookId, Report, Timestamp, Trigger};

/// `POST /v1/tenants`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTenant {
    /// The tenant's name.
    pub name: String,
}

/// The answer to `POST /v1/tenants`; the only time that the secret and the token are shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantCreated {
    /// The tenant's name.
    pub tenant: String,
    /// For `POST /oauth/token`.
    pub client_id: String,
    /// For `POST /oauth/token`.
    pub client_secret: String,
    /// A token with every scope of the tenant.
    pub token: String,
}

/// A tenant, as an operator sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tenant {
    /// The tenant's name.
    pub tenant: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its hooks.
    pub hooks: u64,
    /// Deliveries that wait or run.
    pub backlog: u64,
    /// Deliveries that ended badly and are kept.
    pub dead: u64,
    /// Whether the operator has suspended it: its calls are refused, and its deliveries are held.
    pub suspended: bool,
    /// What it may use.
    pub quotas: Quotas,
}

/// The answer to `POST /v1/events/{trigger}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventAccepted {
    /// The event, now on disk.
    pub event_id: EventId,
    /// How many hooks will run for it.
    pub deliveries: u32,
    /// Whether this idempotency key had brought the event before.
    pub duplicate: bool,
}

/// `GET /v1/events/{id}`, and without `user` and `context` a row of `GET /v1/events`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// The event.
    pub id: EventId,
    /// What happened.
    pub trigger: Trigger,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// Who made the change, where the identity system said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiated_by: Option<String>,
    /// As the identity system sent it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub user: Box<RawValue>,
    /// As the identity system sent it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub context: Box<RawValue>,
    /// One for each hook that was enabled when the event came.
    pub deliveries: Vec<Delivery>,
}

/// `GET /v1/events`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Events {
    /// Newest first.
    pub events: Vec<Event>,
    /// For `?from=`, where there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<EventId>,
}

/// The duty to run one hook for one event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// For `POST /v1/deliveries/{id}/replay`.
    pub id: DeliveryId,
    /// The hook.
    pub hook_id: HookId,
    /// The hook's name now.
    pub hook_name: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// When the next attempt is due; null when none is.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_attempt_at: Option<Timestamp>,
    /// Why it has not finished, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// First to last.
    pub attempts: Vec<Attempt>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its time or its turn.
    Pending,
    /// Runs.
    Leased,
    /// The hook completed.
    Succeeded,
    /// No further attempt will be made by itself.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Leased, Self::Succeeded, Self::Dead];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Leased => "leased",
            Self::Succeeded => "succeeded",
            Self::Dead => "dead",
        }
    }
}

/// One execution of a delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// The hook's version that ran.
    pub version: u32,
    /// How it ended: the name of an outcome.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::OutcomeName))]
    pub outcome: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Milliseconds, waiting included.
    pub wall_ms: f64,
    /// Milliseconds, waiting not included.
    pub cpu_ms: f64,
    /// Units of fuel.
    pub fuel_used: u64,
    /// Bytes.
    pub memory_bytes_peak: u64,
    /// What went wrong; absent for a completed attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<HookError>,
    /// What the hook printed.
    pub logs: Vec<LogLine>,
    /// Its outgoing calls.
    pub http: Vec<Call>,
}

/// `POST /v1/runner`: exactly one of `hook_id`, `script` and `module`, or a `script` or `module` together with a `hook_id`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "trigger": "post-change-password",
    "script": "module.exports = (user, context, cb) => { console.log(user.email); cb(); };",
})))]
#[serde(deny_unknown_fields)]
pub struct RunnerRequest {
    /// The trigger's name.
    #[cfg_attr(feature = "openapi", schema(value_type = Trigger))]
    pub trigger: String,
    /// A saved hook: its live version with its secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<HookId>))]
    pub hook_id: Option<String>,
    /// A script. With a `hook_id` it runs in the place of that hook's code, with its secrets, limits and hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// A module in standard base64; with a `hook_id` as a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Secrets for this run; for a saved hook they are added to its own, or take their place: that needs `update:hooks`
    /// too, as a `script` or a `module` with a `hook_id` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::BTreeMap<String, String>>))]
    pub secrets: Option<Map<String, Value>>,
    /// The trigger's arguments, `{user, context}` for most.
    pub input: Option<Map<String, Value>>,
    /// Limits by name, within the tenant's ceilings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::BTreeMap<String, u64>>))]
    pub limits: Option<Map<String, Value>>,
}

/// The answer of the runner: a [`Report`] in the API's words.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunnerReport {
    /// How it ended: the name of an outcome.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::OutcomeName))]
    pub outcome: String,
    /// The hook's result; null where it gave none or did not complete.
    pub value: Value,
    /// What went wrong; absent for a completed run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<HookError>,
    /// What the hook printed.
    pub logs: Vec<LogLine>,
    /// Lines that were not kept because a log limit was reached; absent when none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub log_lines_dropped: u64,
    /// Its outgoing calls.
    pub http: Vec<Call>,
    /// Milliseconds, waiting included.
    pub wall_ms: f64,
    /// Milliseconds, waiting not included.
    pub cpu_ms: f64,
    /// Units of fuel.
    pub fuel_used: u64,
    /// Bytes.
    pub memory_bytes_peak: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<Report> for RunnerReport {
    fn from(report: Report) -> Self {
        let error = report.outcome.error();
        let outcome = report.outcome.name().to_owned();
        let value = match report.outcome {
            crate::Outcome::Completed { value } => value,
            _ => Value::Null,
        };
        Self {
            outcome,
            value,
            error,
            logs: report.logs,
            log_lines_dropped: report.log_lines_dropped,
            http: report.http,
            wall_ms: millis(report.wall),
            cpu_ms: millis(report.cpu),
            fuel_used: report.fuel_used,
            memory_bytes_peak: report.memory_bytes_peak,
        }
    }
}

/// A hook, as `/v1/hooks` shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hook {
    /// The hook.
    pub id: HookId,
    /// Its name.
    pub name: String,
    /// What it is bound to.
    pub trigger: Trigger,
    /// Whether events reach it.
    pub enabled: bool,
    /// `module` or `script`.
    pub kind: CodeKind,
    /// The version that runs.
    pub version: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When that version was made.
    pub updated_at: Timestamp,
    /// The outcomes of its last attempts, newest first.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::OutcomeName>))]
    pub last_outcomes: Vec<String>,
}

/// What a hook is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// A WebAssembly module.
    Module,
    /// A JavaScript hook.
    Script,
}

/// The answer to `PUT /v1/hooks/{id}/module`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionCreated {
    /// The number of the version that is now live.
    pub version: u32,
}
