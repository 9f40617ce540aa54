//! Removing what is old or too much, a step at a time; by one node at a time.
//!
//! Age is in the identifiers. Bytes are measured once, when an event is a minute old, and kept as sums over stretches of
//! identifiers in the table `volume`: a write for hundreds of events, and none where events are accepted.

use std::collections::VecDeque;

use hookbox_protocol::{TenantId, Timestamp};

use super::batch::Batch;
use super::{audit, operator, row, version};
use crate::{Error, Swept, id};

/// Tenants that one step looks at.
const TENANTS: usize = 64;
/// How old an event is when its bytes are measured: most have had their attempts by then.
const MEASURED_AFTER_MS: i64 = 60_000;
/// Bytes of a stretch of identifiers that is removed as one, at most.
const STRETCH_MAX: u64 = 1 << 20;
/// Stretches that a tenant's quota is divided into, at least.
const STRETCHES: u64 = 64;
/// What a row takes beside its texts: keys, figures, entries in indexes.
const ROW_BYTES: i64 = 100;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Audit entries are kept for a year, and for as long as a tenant keeps events where that is longer.
const AUDIT_DAYS: i64 = 366;
/// The advisory lock of whoever removes.
const LOCK: i64 = 0x686f_6f6b_626f_7802;

/// Where retention stands. Lost with the process, which costs a look at each tenant.
#[derive(Clone, Default)]
pub(super) struct Sweep {
    /// Tenants that were not looked at yet.
    tenants: VecDeque<TenantId>,
    /// Up to where the events of the first of them were looked at.
    seen: i64,
    /// Whether the tenants were listed.
    is_under_way: bool,
}

/// One step. Answers where retention stands after it: that holds once the step is committed.
pub(super) async fn sweep(batch: &Batch<'_>, mut sweep: Sweep, most: u32) -> Result<(Swept, Sweep), Error> {
    let mut swept = Swept::default();
    let lock = batch.db.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&LOCK]).await?;
    if !lock.try_get::<_, bool>(0)? {
        // Another node is at it.
        swept.idle = true;
        return Ok((swept, sweep));
    }
    if let Some(tenant) = operator::retired(batch).await? {
        operator::purge(batch, tenant, most).await?;
        return Ok((swept, sweep));
    }
    if !sweep.is_under_way {
        sweep = begin(batch, most).await?;
    }
    for _ in 0..TENANTS {
        let Some(tenant) = sweep.tenants.front().copied() else { break };
        let left = most.saturating_sub(u32::try_from(swept.events + swept.logs).unwrap_or(u32::MAX));
        if left == 0 {
            return Ok((swept, sweep));
        }
        if of_tenant(batch, tenant, left, &mut sweep.seen, &mut swept).await? {
            sweep.tenants.pop_front();
            sweep.seen = 0;
        }
    }
    if sweep.tenants.is_empty() {
        sweep.is_under_way = false;
        swept.idle = true;
    }
    Ok((swept, sweep))
}

/// Lists the tenants to look at, and removes what belongs to none: old entries of the audit trail, unused modules.
async fn begin(batch: &Batch<'_>, most: u32) -> Result<Sweep, Error> {
    let mut tenants = VecDeque::new();
    for row in batch.db.query("SELECT id FROM tenant WHERE deleted_at IS NULL ORDER BY id", &[]).await? {
        tenants.push_back(TenantId(row.try_get(0)?));
    }
    let days = AUDIT_DAYS.max(i64::try_from(batch.shared.quotas.retention_days).unwrap_or(i64::MAX));
    audit::remove(batch, before(batch.now, days), most).await?;
    version::remove_unused(batch, false).await?;
    Ok(Sweep { tenants, seen: 0, is_under_way: true })
}

/// Measures and removes for one tenant; whether nothing is left to do.
async fn of_tenant(
    batch: &Batch<'_>,
    tenant: TenantId,
    most: u32,
    seen: &mut i64,
    swept: &mut Swept,
) -> Result<bool, Error> {
    let sql = "SELECT quotas FROM tenant WHERE id = $1 AND deleted_at IS NULL";
    let Some(found) = batch.db.query_opt(sql, &[&tenant.0]).await? else { return Ok(true) };
    let quotas = crate::operator::effective(&row::json(&found, 0)?, batch.shared.quotas);
    let most = i64::from(most);
    let is_measured = measure(batch, tenant, quotas.retention_bytes, most).await?;
    let days = i64::try_from(quotas.retention_days).unwrap_or(i64::MAX);
    let age = id::first_at(before(batch.now, days));
    let below = age.max(over(batch, tenant, quotas.retention_bytes).await?.unwrap_or(0));
    let events = remove_events(batch, tenant, (*seen, below), most, swept).await?;
    let is_last = match events {
        Some(last) => {
            *seen = last;
            false
        }
        None => true,
    };
    let logs = remove_logs(batch, tenant, below, most).await?;
    swept.logs += logs;
    let is_done = is_last && logs < most.unsigned_abs();
    if is_done {
        batch.execute("DELETE FROM volume WHERE tenant = $1 AND last < $2", &[&tenant.0, &below]).await?;
    }
    Ok(is_done && is_measured)
}

fn before(now: Timestamp, days: i64) -> Timestamp {
    Timestamp(now.0.saturating_sub(days.saturating_mul(DAY_MS)))
}

/// Measures a tenant's next `most` events and log lines; whether there are no more to measure.
async fn measure(batch: &Batch<'_>, tenant: TenantId, quota: u64, most: i64) -> Result<bool, Error> {
    const BYTES: &str = "
        SELECT ((SELECT coalesce(sum($4::bigint + octet_length(e.\"user\") + octet_length(e.context) + coalesce((
            SELECT sum($4::bigint + coalesce(octet_length(a.error), 0) + coalesce(octet_length(a.logs), 0)
                       + coalesce(octet_length(a.http), 0)) FROM attempt a WHERE a.event = e.id
        ), 0)), 0) FROM event e WHERE e.tenant = $1 AND e.id > $2 AND e.id <= $3)
        + (SELECT coalesce(sum($4::bigint + octet_length(description) + octet_length(details)), 0) FROM log
           WHERE tenant = $1 AND id > $2 AND id <= $3))::bigint";
    let sql = "SELECT first, last, bytes FROM volume WHERE tenant = $1 ORDER BY first DESC LIMIT 1";
    let last = batch.db.query_opt(sql, &[&tenant.0]).await?;
    let last: Option<(i64, i64, i64)> = match last {
        Some(row) => Some((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)),
        None => None,
    };
    let from = last.map_or(0, |(_, last, _)| last);
    let horizon = id::first_at(Timestamp(batch.now.0.saturating_sub(MEASURED_AFTER_MS))) - 1;
    let mut to = horizon;
    for table in ["event", "log"] {
        let sql =
            format!("SELECT id FROM {table} WHERE tenant = $1 AND id > $2 AND id <= $3 ORDER BY id OFFSET $4 LIMIT 1");
        if let Some(row) = batch.db.query_opt(&sql, &[&tenant.0, &from, &horizon, &(most - 1)]).await? {
            to = to.min(row.try_get(0)?);
        }
    }
    let bytes: i64 = batch.db.query_one(BYTES, &[&tenant.0, &from, &to, &ROW_BYTES]).await?.try_get(0)?;
    if bytes > 0 {
        let stretch = i64::try_from((quota / STRETCHES).clamp(1, STRETCH_MAX)).unwrap_or(i64::MAX);
        match last {
            Some((first, _, kept)) if kept + bytes <= stretch => {
                let sql = "UPDATE volume SET last = $3, bytes = $4 WHERE tenant = $1 AND first = $2";
                batch.execute(sql, &[&tenant.0, &first, &to, &(kept + bytes)]).await?;
            }
            _ => {
                let sql = "INSERT INTO volume (tenant, first, last, bytes) VALUES ($1, $2, $3, $4)";
                batch.execute(sql, &[&tenant.0, &(from + 1), &to, &bytes]).await?;
            }
        }
    }
    Ok(to == horizon)
}

/// The identifier below which a tenant's stretches are too much; `None` when it keeps no more than it may.
async fn over(batch: &Batch<'_>, tenant: TenantId, quota: u64) -> Result<Option<i64>, Error> {
    let sql = "SELECT max(last) FROM (SELECT last, sum(bytes) OVER (ORDER BY first DESC) AS kept FROM volume \
               WHERE tenant = $1) v WHERE kept > $2::bigint";
    let quota = i64::try_from(quota).unwrap_or(i64::MAX);
    let last: Option<i64> = batch.db.query_one(sql, &[&tenant.0, &quota]).await?.try_get(0)?;
    Ok(last.map(|last| last + 1))
}

/// Removes events that ended, with everything about them, of the next `most` in that range; the last one that was looked
/// at, `None` when there are no more. An event and its deliveries go together: whoever claims a delivery finds its event.
async fn remove_events(
    batch: &Batch<'_>,
    tenant: TenantId,
    (seen, below): (i64, i64),
    most: i64,
    swept: &mut Swept,
) -> Result<Option<i64>, Error> {
    let sql = "SELECT e.id, EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id AND d.state NOT IN (2, 3)) \
               FROM event e WHERE e.tenant = $1 AND e.id > $2 AND e.id < $3 ORDER BY e.id LIMIT $4";
    let rows = batch.db.query(sql, &[&tenant.0, &seen, &below, &most]).await?;
    let (mut ended, mut last) = (Vec::new(), None);
    for row in &rows {
        let event: i64 = row.try_get(0)?;
        last = Some(event);
        if !row.try_get::<_, bool>(1)? {
            ended.push(event);
        }
    }
    let (events, deliveries, attempts) = remove(batch, &ended).await?;
    swept.events += events;
    swept.deliveries += deliveries;
    swept.attempts += attempts;
    Ok(last.filter(|_| i64::try_from(rows.len()).unwrap_or(i64::MAX) >= most))
}

/// Removes events with their deliveries and attempts; how many of each. An event of which a delivery was replayed in
/// between stays with that delivery.
pub(super) async fn remove(batch: &Batch<'_>, events: &[i64]) -> Result<(u64, u64, u64), Error> {
    if events.is_empty() {
        return Ok((0, 0, 0));
    }
    let sql = "DELETE FROM delivery WHERE event = ANY($1) AND state IN (2, 3) RETURNING state";
    let states = batch.db.query(sql, &[&events]).await?;
    let attempts = batch.execute("DELETE FROM attempt WHERE event = ANY($1)", &[&events]).await?;
    let sql = "DELETE FROM event e WHERE id = ANY($1) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id)";
    let removed = batch.execute(sql, &[&events]).await?;
    let mut dead = 0;
    for row in &states {
        dead += u64::from(row.try_get::<_, i16>(0)? == row::DEAD);
    }
    let mut memory = batch.shared.memory();
    memory.dead = memory.dead.saturating_sub(dead);
    Ok((removed, states.len() as u64, attempts))
}

/// Removes lines of the log; how many.
pub(super) async fn remove_logs(batch: &Batch<'_>, tenant: TenantId, below: i64, most: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM log WHERE tenant = $1 AND id IN \
               (SELECT id FROM log WHERE tenant = $1 AND id < $2 ORDER BY id LIMIT $3)";
    batch.execute(sql, &[&tenant.0, &below, &most]).await
}
