//! Figures of a tenant and of the daemon, and what a tenant may use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{HookId, Timestamp};

/// What a tenant may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quotas {
    /// Hooks.
    pub hooks: u64,
    /// Deliveries that have not ended; beyond it events are refused.
    pub backlog: u64,
    /// Deliveries that run at the same time, also when nobody else waits.
    pub in_flight: u64,
    /// Days that events, their attempts and log lines are kept.
    pub retention_days: u64,
    /// Bytes of events, their attempts and log lines that are kept.
    pub retention_bytes: u64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            hooks: crate::limits::HOOKS.default,
            backlog: 2_000_000,
            in_flight: 10_000,
            retention_days: 30,
            retention_bytes: 1 << 30,
        }
    }
}

impl Quotas {
    /// The names of the quotas.
    pub const NAMES: [&'static str; 5] = ["hooks", "backlog", "in_flight", "retention_days", "retention_bytes"];

    /// The quota of that name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut u64> {
        match name {
            "hooks" => Some(&mut self.hooks),
            "backlog" => Some(&mut self.backlog),
            "in_flight" => Some(&mut self.in_flight),
            "retention_days" => Some(&mut self.retention_days),
            "retention_bytes" => Some(&mut self.retention_bytes),
            _ => None,
        }
    }
}

/// `GET /v1/stats` with a tenant's token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    /// The first millisecond that is counted.
    pub since: Timestamp,
    /// The first millisecond that is not counted any more.
    pub until: Timestamp,
    /// Milliseconds of a bucket.
    pub bucket_ms: u64,
    /// What has not ended, now.
    pub backlog: BacklogStats,
    /// Deliveries that ended badly and are kept, now.
    pub dead: u64,
    /// Attempts by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// The same by time, oldest first; buckets without attempts included.
    pub buckets: Vec<Bucket>,
    /// How long attempts took; null where there were none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub wall_ms: Option<Percentiles>,
    /// By hook, the one with most attempts first.
    pub hooks: Vec<HookStats>,
    /// Whether there was so much that only a part was looked at, and the numbers of attempts are estimates.
    pub sampled: bool,
}

/// Deliveries that have not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacklogStats {
    /// Those that wait for their time or their turn.
    pub pending: u64,
    /// Those that run.
    pub leased: u64,
    /// Those whose hook is disabled or whose tenant is suspended.
    pub held: u64,
    /// How long the one that is due longest has been due, in milliseconds; 0 when none is.
    pub oldest_ms: u64,
}

/// The attempts of a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bucket {
    /// Its first millisecond.
    pub at: Timestamp,
    /// Attempts by outcome; outcomes that did not come are left out.
    pub outcomes: BTreeMap<String, u64>,
}

/// How long attempts took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Percentiles {
    /// Half of them took no longer.
    pub p50: f64,
    /// Nine in ten took no longer.
    pub p90: f64,
    /// 99 in 100 took no longer.
    pub p99: f64,
}

/// The attempts of a hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HookStats {
    /// The hook.
    pub hook_id: HookId,
    /// Its name now.
    pub hook_name: String,
    /// Attempts.
    pub attempts: u64,
    /// Those that did not complete.
    pub failed: u64,
    /// Half of them took no longer than these milliseconds.
    pub wall_ms_p50: f64,
}

/// `GET /v1/stats` with the operator's token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorStats {
    /// Tenants.
    pub tenants: u64,
    /// Those that are suspended.
    pub suspended: u64,
    /// What has not ended, of all tenants.
    pub backlog: BacklogStats,
    /// Deliveries that ended badly and are kept.
    pub dead: u64,
    /// How long the delivery that is due longest has been due, in milliseconds; 0 when none is.
    pub oldest_due_ms: u64,
    /// The database.
    pub database: DatabaseStats,
    /// The daemons that use it.
    pub nodes: Vec<Node>,
    /// The ten tenants with most deliveries that have not ended, then with most dead ones.
    pub busiest: Vec<TenantLoad>,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatabaseStats {
    /// `sqlite` or `postgresql`.
    pub engine: String,
    /// Bytes on disk.
    pub bytes: u64,
}

/// A daemon that uses the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Node {
    /// Its name, or what it calls itself.
    pub id: String,
    /// The version of the program.
    pub version: String,
    /// Where it listens.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub address: Option<String>,
    /// When it started.
    pub started_at: Timestamp,
    /// When it last said that it lives.
    pub seen_at: Timestamp,
    /// Deliveries that it ran then.
    pub running: u64,
}

/// What a tenant has in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantLoad {
    /// The tenant's name.
    pub tenant: String,
    /// Deliveries that wait.
    pub pending: u64,
    /// Deliveries that run.
    pub leased: u64,
    /// Deliveries that ended badly and are kept.
    pub dead: u64,
}
