//! Removing what is old or too much, a step at a time; by one node at a time.
//!
//! Age is in the identifiers. Bytes are measured once, when an event is a minute old, and kept as sums over stretches of
//! identifiers in the table `volume`: a write for hundreds of events, and none where events are accepted.

use std::collections::VecDeque;

use hookbox_protocol::TenantId;

use super::batch::Batch;
use super::{audit, operator, row, version};
use crate::engine::Purged;
use crate::retention::{self, ROW_BYTES, Sweep, TENANTS};
use crate::{Error, Swept, id, number};

/// The advisory lock of whoever removes.
const LOCK: i64 = 0x686f_6f6b_626f_7802;

/// One step. Answers where retention stands after it: that holds once the step is committed.
pub(super) async fn sweep(batch: &Batch<'_>, mut sweep: Sweep, most: u32) -> Result<(Swept, Sweep), Error> {
    let mut swept = Swept::default();
    let lock = batch.db.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&LOCK]).await?;
    if !lock.try_get::<_, bool>(0)? {
        // Another node is at it.
        swept.idle = true;
        return Ok((swept, sweep));
    }
    for tenant in operator::retired(batch).await? {
        if operator::purge(batch, tenant, most).await? != Purged::Waits {
            return Ok((swept, sweep));
        }
    }
    if !sweep.is_under_way {
        if let Some(nobody) = nobody(batch).await? {
            remove_rows_of(batch, nobody, most).await?;
            return Ok((swept, sweep));
        }
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
    audit::remove(batch, retention::audit_end(batch.now, &batch.shared.quotas), most).await?;
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
    let age = id::first_at(retention::end(batch.now, &quotas));
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
    let horizon = retention::measured_up_to(batch.now);
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
        let stretch = i64::try_from(retention::stretch(quota)).unwrap_or(i64::MAX);
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
    let (events, deliveries, attempts) = remove(batch, &ended, false).await?;
    swept.events += events;
    swept.deliveries += deliveries;
    swept.attempts += attempts;
    Ok(last.filter(|_| i64::try_from(rows.len()).unwrap_or(i64::MAX) >= most))
}

/// Removes events with their deliveries and attempts; how many of each. Unless deliveries of every state go, an event of
/// which one was replayed in between stays with that delivery.
async fn remove(batch: &Batch<'_>, events: &[i64], of_every_state: bool) -> Result<(u64, u64, u64), Error> {
    if events.is_empty() {
        return Ok((0, 0, 0));
    }
    // Locked in the order in which all lock them.
    let sql = "DELETE FROM delivery d USING (SELECT event, hook FROM delivery WHERE event = ANY($1) \
               AND ($2 OR state IN (2, 3)) ORDER BY event, hook FOR UPDATE) o \
               WHERE d.event = o.event AND d.hook = o.hook RETURNING d.state";
    let states = batch.db.query(sql, &[&events, &of_every_state]).await?;
    let attempts = batch.execute("DELETE FROM attempt WHERE event = ANY($1)", &[&events]).await?;
    let sql = "DELETE FROM event e WHERE id = ANY($1) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id)";
    let removed = batch.execute(sql, &[&events]).await?;
    let mut dead = 0;
    for row in &states {
        dead += u64::from(row.try_get::<_, i16>(0)? == number::DEAD);
    }
    let mut memory = batch.shared.memory();
    memory.dead = memory.dead.saturating_sub(dead);
    Ok((removed, states.len() as u64, attempts))
}

/// Removes up to `most` rows of each kind that a tenant has none of which may stay; whether there were any.
pub(super) async fn remove_rows_of(batch: &Batch<'_>, tenant: TenantId, most: u32) -> Result<bool, Error> {
    let most = i64::from(most);
    let mut events = Vec::new();
    let sql = "SELECT id FROM event WHERE tenant = $1 ORDER BY id LIMIT $2";
    for row in batch.db.query(sql, &[&tenant.0, &most]).await? {
        events.push(row.try_get::<_, i64>(0)?);
    }
    if !events.is_empty() {
        remove(batch, &events, true).await?;
        return Ok(true);
    }
    let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE tenant = $1 LIMIT $2)";
    Ok(remove_logs(batch, tenant, i64::MAX, most).await? > 0 || batch.execute(sql, &[&tenant.0, &most]).await? > 0)
}

/// A tenant that is not there any more and has rows nevertheless: of a call that was admitted before it was deleted and
/// came after the last of its rows was removed. Steps from tenant to tenant along the index.
async fn nobody(batch: &Batch<'_>) -> Result<Option<TenantId>, Error> {
    for table in ["event", "log", "audit"] {
        let sql = format!(
            "WITH RECURSIVE known AS ( \
                 (SELECT tenant FROM {table} ORDER BY tenant LIMIT 1) UNION ALL \
                 SELECT (SELECT tenant FROM {table} WHERE tenant > known.tenant ORDER BY tenant LIMIT 1) FROM known \
                 WHERE known.tenant IS NOT NULL \
             ) SELECT tenant FROM known WHERE tenant <> 0 AND NOT EXISTS (SELECT 1 FROM tenant WHERE id = known.tenant) \
             LIMIT 1"
        );
        if let Some(row) = batch.db.query_opt(&sql, &[]).await? {
            return Ok(Some(TenantId(row.try_get(0)?)));
        }
    }
    Ok(None)
}

/// Removes lines of the log; how many.
pub(super) async fn remove_logs(batch: &Batch<'_>, tenant: TenantId, below: i64, most: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM log WHERE tenant = $1 AND id IN \
               (SELECT id FROM log WHERE tenant = $1 AND id < $2 ORDER BY id LIMIT $3)";
    batch.execute(sql, &[&tenant.0, &below, &most]).await
}
