//! What is removed because it is old, or because a tenant keeps too much.

use std::collections::VecDeque;

use hookbox_protocol::api::Quotas;
use hookbox_protocol::{TenantId, Timestamp};

use crate::{Error, Store, id};

/// Tenants that one step looks at.
pub(crate) const TENANTS: usize = 64;
/// How old an event is when its bytes are measured: most have had their attempts by then.
const MEASURED_AFTER_MS: i64 = 60_000;
/// Bytes of a stretch of identifiers that is removed as one, at most.
const STRETCH_MAX: u64 = 1 << 20;
/// Stretches that a tenant's quota is divided into, at least.
const STRETCHES: u64 = 64;
/// What a row takes beside its texts: keys, figures, entries in indexes.
pub(crate) const ROW_BYTES: i64 = 100;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Audit entries are kept for a year, and for as long as a tenant keeps events where that is longer.
const AUDIT_DAYS: u64 = 366;

/// Where retention stands. Lost with the process, which costs a look at each tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sweep {
    /// Tenants that were not looked at yet.
    pub(crate) tenants: VecDeque<TenantId>,
    /// Up to where the events of the first of them were looked at.
    pub(crate) seen: i64,
    /// Whether the tenants were listed.
    pub(crate) is_under_way: bool,
}

/// Events from before that time are older than a tenant keeps them.
pub(crate) fn end(now: Timestamp, quotas: &Quotas) -> Timestamp {
    days_before(now, quotas.retention_days)
}

/// Audit entries from before that time are older than they are kept.
pub(crate) fn audit_end(now: Timestamp, defaults: &Quotas) -> Timestamp {
    days_before(now, defaults.retention_days.max(AUDIT_DAYS))
}

fn days_before(now: Timestamp, days: u64) -> Timestamp {
    let days = i64::try_from(days).unwrap_or(i64::MAX);
    Timestamp(now.0.saturating_sub(days.saturating_mul(DAY_MS)))
}

/// The last identifier that is old enough to be measured.
pub(crate) fn measured_up_to(now: Timestamp) -> i64 {
    id::first_at(Timestamp(now.0.saturating_sub(MEASURED_AFTER_MS))) - 1
}

/// The most bytes of a stretch of a tenant that may keep so many.
pub(crate) fn stretch(quota: u64) -> u64 {
    (quota / STRETCHES).clamp(1, STRETCH_MAX)
}

/// What one step of [`Store::sweep`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Events, with everything about them.
    pub events: u64,
    /// Deliveries of these events.
    pub deliveries: u64,
    /// Attempts of these deliveries.
    pub attempts: u64,
    /// Lines of tenant logs.
    pub logs: u64,
    /// Whether all tenants were looked at and nothing was left to do: a minute's pause is in place.
    pub idle: bool,
}

impl Store {
    /// One cheap step of retention: looks at some tenants, and removes up to `most` events or log lines that are older
    /// than the tenant keeps, or beyond the bytes that it keeps, oldest first. What has not ended stays. Also ends the
    /// removal of tenants that were deleted.
    ///
    /// Call it again at once until it answers `idle`, then every minute or so.
    pub async fn sweep(&self, most: u32) -> Result<Swept, Error> {
        self.shared().engine.sweep(most.max(1)).await
    }
}
