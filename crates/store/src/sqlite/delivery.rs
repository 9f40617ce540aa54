//! Where deliveries end: a completed attempt, or the grave.

use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, HookId, Report, TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, params};

use super::log;
use super::row;
use super::writer::Batch;
use crate::clock::millis;
use crate::fair::Lane;
use crate::number::{DEAD, RETRY, SUCCEEDED};
use crate::waiting::HOOK_DELETED;
use crate::{Completion, Error, Next, Recorded, number};

/// How many outcomes a hook's overview shows.
const RECENT: usize = 20;

/// Records an attempt: delivery, attempt, recent outcomes and log line.
pub(super) fn complete(batch: &mut Batch<'_>, completion: &Completion) -> Result<Recorded, Error> {
    let id = completion.key.delivery;
    let (state, next_at, reason) = match &completion.next {
        Next::Succeeded => (SUCCEEDED, None, None),
        Next::RetryAt(delay) => (RETRY, Some(batch.now.0.saturating_add(millis(*delay))), None),
        Next::Dead { reason } => (DEAD, None, Some(reason.as_str())),
    };
    let number: Option<i64> = batch
        .db
        .prepare_cached(
            "UPDATE delivery SET state = ?5, next_at = ?6, reason = ?7, attempts = attempts + 1, begun = 0 \
             WHERE event = ?1 AND hook = ?2 AND state = 1 AND fence = ?3 AND tenant = ?4 RETURNING attempts + crashes",
        )?
        .query_row(
            params![id.event.0, id.hook.0, completion.key.fence, completion.tenant.0, state, next_at, reason],
            |row| row.get(0),
        )
        .optional()?;
    let Some(number) = number else { return Ok(Recorded::LeaseLost) };
    insert_attempt(batch, completion, number)?;
    if let Some(entry) = &completion.log {
        log::insert(batch, completion.tenant, Some(id.hook), Some(id.event), entry)?;
    }
    batch.memory.leases.remove(id);
    settle(batch, completion.tenant, &completion.report, next_at);
    match state {
        SUCCEEDED => batch.memory.succeeded += 1,
        DEAD => batch.memory.dead += 1,
        _ => {}
    }
    Ok(Recorded::Done)
}

fn settle(batch: &mut Batch<'_>, tenant: TenantId, report: &Report, next_at: Option<i64>) {
    let fair = &mut batch.memory.fair;
    fair.spent(tenant, u64::try_from(report.cpu.as_micros()).unwrap_or(u64::MAX));
    fair.count(tenant, i64::from(next_at.is_some()), -1);
    if let Some(at) = next_at {
        fair.due(tenant, Lane::Retry, Timestamp(at));
    }
    // A slot is free again: a tenant at its cap may have waited for that.
    batch.memory.wake = true;
}

fn insert_attempt(batch: &mut Batch<'_>, completion: &Completion, number: i64) -> Result<(), Error> {
    let (id, report) = (completion.key.delivery, &completion.report);
    let outcome = number::of_outcome(&report.outcome);
    let us = |duration: std::time::Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let error = report.outcome.error().map(|error| row::to_json(&error)).transpose()?;
    let logs = (!report.logs.is_empty()).then(|| row::to_json(&report.logs)).transpose()?;
    let http = (!report.http.is_empty()).then(|| row::to_json(&report.http)).transpose()?;
    batch
        .db
        .prepare_cached(
            "INSERT INTO attempt (event, hook, number, version, outcome, started_at, wall_us, cpu_us, fuel_used, \
             memory_bytes_peak, error, logs, http) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            id.event.0,
            id.hook.0,
            number,
            completion.version,
            outcome,
            completion.started_at.0,
            us(report.wall),
            us(report.cpu),
            count(report.fuel_used),
            count(report.memory_bytes_peak),
            error,
            logs,
            http,
        ])?;
    let recent = batch.memory.recent.entry(id.hook).or_default();
    recent.insert(0, number::outcome_letter(&report.outcome));
    recent.truncate(RECENT);
    Ok(())
}

/// Adds the outcomes of this batch to what the overview shows of their hooks: once for each hook, and not with each attempt.
pub(super) fn write_recent(batch: &mut Batch<'_>) -> Result<(), Error> {
    if batch.memory.recent.is_empty() {
        return Ok(());
    }
    let mut upsert = batch.db.prepare_cached(
        "INSERT INTO recent (hook, outcomes) SELECT number, ?2 FROM hook WHERE number = ?1 AND deleted_at IS NULL \
         ON CONFLICT (hook) DO UPDATE SET outcomes = substr(excluded.outcomes || outcomes, 1, ?3)",
    )?;
    for (hook, outcomes) in batch.memory.recent.drain() {
        upsert.execute(params![hook.0, outcomes, RECENT])?;
    }
    Ok(())
}

/// Ends a delivery without an attempt. The caller counts it out of the backlog.
pub(super) fn bury(batch: &mut Batch<'_>, id: DeliveryId, reason: &str) -> Result<(), Error> {
    batch
        .db
        .prepare_cached("UPDATE delivery SET state = 3, next_at = NULL, reason = ?3 WHERE event = ?1 AND hook = ?2")?
        .execute(params![id.event.0, id.hook.0, reason])?;
    batch.memory.dead += 1;
    Ok(())
}

/// Ends up to `most` deliveries of a deleted hook that wait for another attempt; how many.
pub(super) fn bury_retries(batch: &mut Batch<'_>, tenant: TenantId, id: &HookId, most: u64) -> Result<u64, Error> {
    let sql = "SELECT d.event, d.hook FROM delivery d INDEXED BY delivery_retry WHERE d.state = 5 AND d.tenant = ?1 \
               AND d.hook = (SELECT number FROM hook WHERE id = ?2 AND tenant = ?1 AND deleted_at IS NOT NULL) LIMIT ?3";
    let found = batch
        .db
        .prepare_cached(sql)?
        .query_map(params![tenant.0, id.as_str(), most], |row| {
            Ok(DeliveryId { event: EventId(row.get(0)?), hook: HookNumber(row.get(1)?) })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    for delivery in &found {
        bury(batch, *delivery, HOOK_DELETED)?;
        batch.memory.fair.count(tenant, -1, 0);
    }
    Ok(found.len() as u64)
}

/// Held deliveries that are let go in one transaction.
const LET_GO_MAX: usize = 1_000;

/// Lets the held deliveries of a hook go on: to run when it was enabled, to be buried when it was deleted. The first of
/// them with this change; the calls for deliveries go on with the rest.
pub(super) fn let_go(batch: &mut Batch<'_>, tenant: TenantId, hook: i64) -> Result<(), Error> {
    let moved = batch
        .db
        .prepare_cached(
            "UPDATE delivery SET state = CASE WHEN attempts + crashes = 0 THEN 0 ELSE 5 END, next_at = ?2 \
             WHERE (event, hook) IN (SELECT event, hook FROM delivery INDEXED BY delivery_held \
             WHERE hook = ?1 AND state = 4 LIMIT ?3)",
        )?
        .execute(params![hook, batch.now.0, LET_GO_MAX])?;
    let key = (tenant, HookNumber(hook));
    if moved < LET_GO_MAX {
        batch.memory.released.remove(&key);
    } else {
        batch.memory.released.insert(key);
    }
    if moved > 0 {
        batch.memory.fair.due(tenant, Lane::Fresh, batch.now);
        batch.memory.fair.due(tenant, Lane::Retry, batch.now);
        batch.memory.wake = true;
    }
    Ok(())
}

/// A further step of [`let_go`], where one is left.
pub(super) fn let_go_on(batch: &mut Batch<'_>) -> Result<(), Error> {
    let Some((tenant, hook)) = batch.memory.released.first().copied() else { return Ok(()) };
    let sql = "SELECT 1 FROM hook WHERE number = ?1 AND enabled = 0 AND deleted_at IS NULL";
    if batch.db.prepare_cached(sql)?.exists([hook.0])? {
        // It was disabled again: what is held stays.
        batch.memory.released.remove(&(tenant, hook));
        return Ok(());
    }
    let_go(batch, tenant, hook.0)
}
