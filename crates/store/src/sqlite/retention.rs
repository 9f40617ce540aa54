//! Removing what is old or too much, a step at a time.
//!
//! Age is in the identifiers. Bytes are measured once, when an event is a minute old, and kept as sums over stretches of
//! identifiers in the table `volume`: a write for hundreds of events, and none where events are accepted. What is removed
//! leaves its pages to what comes next, so that a database under an even load stops growing.

use hookbox_protocol::TenantId;
use hookbox_protocol::api::Quotas;
use rusqlite::{OptionalExtension as _, Row, params};

use super::writer::Batch;
use super::{audit, operator, row};
use crate::retention::{self, ROW_BYTES, Sweep, TENANTS};
use crate::{Error, Swept, id, number};

/// Events with their attempts. The lengths are in the head of a row: long texts are not read.
const EVENT_BYTES: &str = "SELECT count(*), coalesce(sum(?4 + octet_length(e.user) + octet_length(e.context) + \
                           coalesce((SELECT sum(?4 + coalesce(octet_length(a.error), 0) + \
                           coalesce(octet_length(a.logs), 0) + coalesce(octet_length(a.http), 0)) \
                           FROM attempt a WHERE a.event = e.id), 0)), 0) \
                           FROM event e INDEXED BY event_tenant WHERE e.tenant = ?1 AND e.id > ?2 AND e.id <= ?3";
const LOG_BYTES: &str = "SELECT count(*), coalesce(sum(?4 + octet_length(description) + octet_length(details)), 0) \
                         FROM log WHERE tenant = ?1 AND id > ?2 AND id <= ?3";

/// One step.
pub(super) fn sweep(batch: &mut Batch<'_>, defaults: Quotas, most: u32) -> Result<Swept, Error> {
    let mut swept = Swept::default();
    if let Some(tenant) = batch.memory.unpurged() {
        operator::purge(batch, tenant, most)?;
        return Ok(swept);
    }
    if !batch.memory.sweep.is_under_way {
        begin(batch, defaults, most)?;
    }
    let mut left = most;
    for _ in 0..TENANTS {
        let Some(tenant) = batch.memory.sweep.tenants.front().copied() else { break };
        let Some(rest) = of_tenant(batch, tenant, defaults, left, &mut swept)? else { return Ok(swept) };
        batch.memory.sweep.tenants.pop_front();
        batch.memory.sweep.seen = 0;
        left = rest;
    }
    if batch.memory.sweep.tenants.is_empty() {
        batch.memory.sweep.is_under_way = false;
        swept.idle = true;
    }
    Ok(swept)
}

/// Lists the tenants to look at, and removes old entries of the audit trail.
fn begin(batch: &mut Batch<'_>, defaults: Quotas, most: u32) -> Result<(), Error> {
    let tenants = batch
        .db
        .prepare_cached("SELECT id FROM tenant WHERE deleted_at IS NULL ORDER BY id")?
        .query_map([], |row| row.get(0).map(TenantId))?
        .collect::<Result<_, _>>()?;
    audit::remove(batch, retention::audit_end(batch.now, &defaults), most)?;
    batch.memory.sweep = Sweep { tenants, seen: 0, is_under_way: true };
    Ok(())
}

/// Measures and removes for one tenant; what is left of `most` rows, `None` when there is more to do for the tenant.
fn of_tenant(
    batch: &mut Batch<'_>,
    tenant: TenantId,
    defaults: Quotas,
    most: u32,
    swept: &mut Swept,
) -> Result<Option<u32>, Error> {
    let sql = "SELECT quotas FROM tenant WHERE id = ?1 AND deleted_at IS NULL";
    let set = batch.db.prepare_cached(sql)?.query_row([tenant.0], |row| row::json(row, 0)).optional()?;
    let Some(set) = set else { return Ok(Some(most)) };
    let quotas = crate::operator::effective(&set, defaults);
    let measured = measure(batch, tenant, quotas.retention_bytes, most)?;
    let too_old = id::first_at(retention::end(batch.now, &quotas));
    let too_much = over(batch, tenant, quotas.retention_bytes)?.unwrap_or(0);
    let below = too_old.max(too_much);
    let seen = remove_events(batch, tenant, below, most, swept)?;
    let logs = remove_logs(batch, tenant, below, most)?;
    swept.logs += u64::from(logs);
    if seen == most || logs == most {
        return Ok(None);
    }
    let sql = "DELETE FROM volume WHERE tenant = ?1 AND last < ?2";
    batch.db.prepare_cached(sql)?.execute(params![tenant.0, below])?;
    // The rows that were measured cost as much as those that were removed.
    let left = most.saturating_sub(measured).saturating_sub(seen).saturating_sub(logs);
    Ok((measured < most && left > 0).then_some(left))
}

/// Measures a tenant's next events and log lines, at most so many of each; how many there were of what there was most.
fn measure(batch: &Batch<'_>, tenant: TenantId, quota: u64, most: u32) -> Result<u32, Error> {
    let db = batch.db;
    let last: Option<(i64, i64, u64)> = db
        .prepare_cached("SELECT first, last, bytes FROM volume WHERE tenant = ?1 ORDER BY first DESC LIMIT 1")?
        .query_row([tenant.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let from = last.map_or(0, |(_, last, _)| last);
    let horizon = retention::measured_up_to(batch.now);
    let nth = |sql: &'static str| {
        let place = most.saturating_sub(1);
        let found =
            db.prepare_cached(sql)?.query_row(params![tenant.0, from, horizon, place], |row| row.get::<_, i64>(0));
        found.optional()
    };
    let event =
        nth("SELECT id FROM event INDEXED BY event_tenant WHERE tenant = ?1 AND id > ?2 AND id <= ?3 ORDER BY id \
         LIMIT 1 OFFSET ?4")?;
    let line = nth("SELECT id FROM log WHERE tenant = ?1 AND id > ?2 AND id <= ?3 ORDER BY id LIMIT 1 OFFSET ?4")?;
    let to = event.into_iter().chain(line).min().unwrap_or(horizon);
    let sum = |sql: &'static str| {
        let read = |row: &Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, u64>(1)?));
        db.prepare_cached(sql)?.query_row(params![tenant.0, from, to, ROW_BYTES], read)
    };
    let (events, of_events) = sum(EVENT_BYTES)?;
    let (lines, of_lines) = sum(LOG_BYTES)?;
    let bytes = of_events + of_lines;
    if bytes > 0 {
        let stretch = retention::stretch(quota);
        match last {
            Some((first, _, kept)) if kept + bytes <= stretch => {
                let sql = "UPDATE volume SET last = ?3, bytes = ?4 WHERE tenant = ?1 AND first = ?2";
                db.prepare_cached(sql)?.execute(params![tenant.0, first, to, kept + bytes])?;
            }
            _ => {
                let sql = "INSERT INTO volume (tenant, first, last, bytes) VALUES (?1, ?2, ?3, ?4)";
                db.prepare_cached(sql)?.execute(params![tenant.0, from + 1, to, bytes])?;
            }
        }
    }
    Ok(events.max(lines))
}

/// The identifier below which a tenant's stretches are too much; `None` when it keeps no more than it may.
fn over(batch: &Batch<'_>, tenant: TenantId, quota: u64) -> Result<Option<i64>, Error> {
    let sql = "SELECT last, sum(bytes) OVER (ORDER BY first DESC) FROM volume WHERE tenant = ?1 ORDER BY first DESC";
    let mut select = batch.db.prepare_cached(sql)?;
    let mut rows = select.query([tenant.0])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, u64>(1)? > quota {
            return Ok(Some(row.get::<_, i64>(0)? + 1));
        }
    }
    Ok(None)
}

/// Removes events that ended, with everything about them; how many were looked at, which go on where the last call ended.
/// An event and its deliveries go together: whoever claims a delivery finds its event.
fn remove_events(
    batch: &mut Batch<'_>,
    tenant: TenantId,
    below: i64,
    most: u32,
    swept: &mut Swept,
) -> Result<u32, Error> {
    let seen = batch.memory.sweep.seen;
    let events = batch
        .db
        .prepare_cached(
            "SELECT e.id, EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id AND d.state NOT IN (2, 3)) \
             FROM event e INDEXED BY event_tenant WHERE e.tenant = ?1 AND e.id > ?2 AND e.id < ?3 \
             ORDER BY e.id LIMIT ?4",
        )?
        .query_map(params![tenant.0, seen, below, most], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, bool)>, _>>()?;
    for (event, _) in events.iter().filter(|(_, has_not_ended)| !has_not_ended) {
        let (deliveries, attempts) = remove_event(batch, *event)?;
        swept.events += 1;
        swept.deliveries += deliveries;
        swept.attempts += attempts;
    }
    if let Some((last, _)) = events.last() {
        batch.memory.sweep.seen = *last;
    }
    Ok(u32::try_from(events.len()).unwrap_or(u32::MAX))
}

/// Removes one event with its deliveries and attempts; how many of these there were.
pub(super) fn remove_event(batch: &mut Batch<'_>, event: i64) -> Result<(u64, u64), Error> {
    let db = batch.db;
    let attempts = db.prepare_cached("DELETE FROM attempt WHERE event = ?1")?.execute([event])?;
    let states = db
        .prepare_cached("DELETE FROM delivery WHERE event = ?1 RETURNING state")?
        .query_map([event], |row| row.get(0))?
        .collect::<Result<Vec<i16>, _>>()?;
    db.prepare_cached("DELETE FROM event WHERE id = ?1")?.execute([event])?;
    let dead = states.iter().filter(|state| **state == number::DEAD).count() as u64;
    batch.memory.dead = batch.memory.dead.saturating_sub(dead);
    Ok((states.len() as u64, attempts as u64))
}

/// Removes lines of the log; how many.
pub(super) fn remove_logs(batch: &Batch<'_>, tenant: TenantId, below: i64, most: u32) -> Result<u32, Error> {
    let sql = "DELETE FROM log WHERE tenant = ?1 AND id IN \
               (SELECT id FROM log WHERE tenant = ?1 AND id < ?2 ORDER BY id LIMIT ?3)";
    let removed = batch.db.prepare_cached(sql)?.execute(params![tenant.0, below, most])?;
    Ok(u32::try_from(removed).unwrap_or(u32::MAX))
}
