//! Claiming deliveries, and giving them back.

use std::time::Duration;

use hookbox_protocol::event::Initiator;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp, Trigger};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::row;
use super::writer::Batch;
use super::{delivery, log};
use crate::clock::millis;
use crate::engine::Claimed;
use crate::fair::{Lane, Turn};
use crate::grave::{self, CRASHES_MAX, POISON};
use crate::waiting::HOOK_DELETED;
use crate::{Error, LeaseKey, number};

macro_rules! due {
    ($index:literal) => {
        concat!(
            "SELECT d.event, d.hook, d.next_at, d.fence, d.attempts, d.crashes, d.replayed_after, e.trigger, \
             e.initiated_by, e.user, e.context FROM delivery d INDEXED BY ",
            $index,
            " AND d.tenant = ?1 AND d.next_at <= ?2 ORDER BY d.next_at, d.event LIMIT ?3"
        )
    };
}

/// Reads along the index of a lane and stops at the limit: what it costs does not depend on the backlog.
pub(super) const DUE_FRESH: &str = due!("delivery_due CROSS JOIN event e ON e.id = d.event WHERE d.state = 0");
pub(super) const DUE_RETRY: &str = due!("delivery_retry CROSS JOIN event e ON e.id = d.event WHERE d.state = 5");

/// A delivery that is due.
struct Due {
    id: DeliveryId,
    next_at: i64,
    fence: i64,
    attempts: i64,
    crashes: i64,
    replayed_after: u32,
    trigger: Trigger,
    initiated_by: Option<Initiator>,
    user: String,
    context: String,
}

/// Deliveries that one call sets aside, so that the writes that wait for it do not wait for long. Where there are more,
/// each tenant with such has one turn a call.
const ASIDE_MAX: usize = 1_000;

/// Claims up to `most` deliveries, tenants in turn.
pub(super) fn lease(
    batch: &mut Batch<'_>,
    most: u32,
    tenant_most: u32,
    lease: Duration,
) -> Result<Vec<Claimed>, Error> {
    let ends = Timestamp(batch.now.0.saturating_add(millis(lease)));
    while let Some(delivery) = batch.memory.leases.ended(batch.now) {
        take_back(batch, delivery)?;
    }
    delivery::let_go_on(batch)?;
    batch.memory.tenant_most = tenant_most;
    let (mut claimed, mut aside) = (Vec::new(), 0);
    let mut round = batch.memory.fair.begin(batch.now, most, tenant_most);
    while let Some(turn) = batch.memory.fair.turn(&mut round) {
        let tenant = turn.tenant;
        let due = due(batch.db, turn)?;
        let more_may_be_due = due.len() == turn.most as usize;
        let mut next = due.last().map(|last| Timestamp(last.next_at));
        let (before, found) = (claimed.len(), due.len());
        for delivery in due {
            if let Some(claim) = claim(batch, tenant, delivery, ends)? {
                claimed.push(claim);
            }
        }
        let of_this_turn = found - (claimed.len() - before);
        aside += of_this_turn;
        if !more_may_be_due {
            next = next_due(batch.db, tenant, turn.lane)?;
        }
        if of_this_turn > 0 && aside >= ASIDE_MAX {
            // Its turn comes again with the next call.
            next = next.map(|next| next.max(Timestamp(batch.now.0 + 1)));
        }
        let taken = u32::try_from(claimed.len() - before).unwrap_or(u32::MAX);
        batch.memory.fair.took(&mut round, turn, taken, next);
    }
    batch.memory.fair.end(round);
    Ok(claimed)
}

fn due(db: &Connection, turn: Turn) -> Result<Vec<Due>, Error> {
    let mut select = db.prepare_cached(match turn.lane {
        Lane::Fresh => DUE_FRESH,
        Lane::Retry => DUE_RETRY,
    })?;
    let rows = select.query_map(params![turn.tenant.0, turn.due_by.0, turn.most], |row| {
        Ok(Due {
            id: DeliveryId { event: EventId(row.get(0)?), hook: HookNumber(row.get(1)?) },
            next_at: row.get(2)?,
            fence: row.get(3)?,
            attempts: row.get(4)?,
            crashes: row.get(5)?,
            replayed_after: row.get(6)?,
            trigger: row::trigger(row, 7)?,
            initiated_by: row::initiator(row, 8)?,
            user: row.get(9)?,
            context: row.get(10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the tenant's next delivery in that lane is due.
pub(super) fn next_due(db: &Connection, tenant: TenantId, lane: Lane) -> Result<Option<Timestamp>, Error> {
    let sql = match lane {
        Lane::Fresh => {
            "SELECT next_at FROM delivery INDEXED BY delivery_due WHERE state = 0 AND tenant = ?1 \
             ORDER BY next_at LIMIT 1"
        }
        Lane::Retry => {
            "SELECT next_at FROM delivery INDEXED BY delivery_retry WHERE state = 5 AND tenant = ?1 \
             ORDER BY next_at LIMIT 1"
        }
    };
    let next = db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0).map(Timestamp)).optional()?;
    Ok(next)
}

/// Leases one delivery, or puts it where it belongs when it cannot run.
fn claim(batch: &mut Batch<'_>, tenant: TenantId, due: Due, ends: Timestamp) -> Result<Option<Claimed>, Error> {
    if !batch.memory.enabled(tenant, due.trigger).contains(&due.id.hook) {
        set_aside(batch, tenant, due.id)?;
        return Ok(None);
    }
    let earlier_outcomes = if due.attempts == 0 { Vec::new() } else { outcomes(batch.db, due.id, due.replayed_after)? };
    let fence = due.fence + 1;
    batch
        .db
        .prepare_cached(
            "UPDATE delivery SET state = 1, next_at = ?3, fence = ?4, reason = NULL WHERE event = ?1 AND hook = ?2",
        )?
        .execute(params![due.id.event.0, due.id.hook.0, ends.0, fence])?;
    batch.memory.fair.count(tenant, -1, 1);
    batch.memory.leases.set(due.id, ends);
    let attempt = due.attempts + due.crashes + 1;
    Ok(Some(Claimed {
        key: LeaseKey { delivery: due.id, fence },
        tenant,
        trigger: due.trigger,
        user: due.user,
        context: due.context,
        initiated_by: due.initiated_by,
        attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
        is_suspect: due.crashes > 0,
        replayed_after: due.replayed_after,
        earlier_outcomes,
    }))
}

/// How the attempts of a delivery since its last replay ended, first to last.
fn outcomes(db: &Connection, id: DeliveryId, replayed_after: u32) -> Result<Vec<&'static str>, Error> {
    let sql = "SELECT outcome FROM attempt WHERE event = ?1 AND hook = ?2 AND number > ?3 ORDER BY number";
    let mut select = db.prepare_cached(sql)?;
    let numbers = select.query_map(params![id.event.0, id.hook.0, replayed_after], |row| row.get::<_, u8>(0))?;
    Ok(numbers
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .filter_map(|number| number::outcome_name(number).ok())
        .collect())
}

/// Holds the delivery until its hook is enabled again, or buries it when there is no such hook any more.
fn set_aside(batch: &mut Batch<'_>, tenant: TenantId, id: DeliveryId) -> Result<(), Error> {
    let is_deleted = batch
        .db
        .prepare_cached("SELECT deleted_at IS NOT NULL FROM hook WHERE number = ?1")?
        .query_row([id.hook.0], |row| row.get(0))
        .optional()?
        .unwrap_or(true);
    if is_deleted {
        delivery::bury(batch, id, HOOK_DELETED)?;
        batch.memory.fair.count(tenant, -1, 0);
    } else {
        batch
            .db
            .prepare_cached("UPDATE delivery SET state = 4, next_at = NULL WHERE event = ?1 AND hook = ?2")?
            .execute(params![id.event.0, id.hook.0])?;
    }
    Ok(())
}

/// Marks the lease of a suspect as one under which it runs; whether the lease is held.
pub(super) fn begin(batch: &Batch<'_>, key: LeaseKey) -> Result<bool, Error> {
    let marked = batch
        .db
        .prepare_cached("UPDATE delivery SET begun = 1 WHERE event = ?1 AND hook = ?2 AND state = 1 AND fence = ?3")?
        .execute(params![key.delivery.event.0, key.delivery.hook.0, key.fence])?;
    Ok(marked == 1)
}

/// Takes back a delivery whose lease ran out. The first time it loses an attempt by that, run or not, and is a suspect
/// from then on; a suspect loses one only if it had begun, and is buried for it.
fn take_back(batch: &mut Batch<'_>, id: DeliveryId) -> Result<(), Error> {
    batch.memory.leases.remove(id);
    let ended = batch
        .db
        .prepare_cached(
            "UPDATE delivery SET state = 5, next_at = ?3, crashes = crashes + (crashes = 0 OR begun), begun = 0 \
             WHERE event = ?1 AND hook = ?2 AND state = 1 \
             RETURNING tenant, crashes, (SELECT trigger FROM event WHERE id = delivery.event)",
        )?
        .query_row(params![id.event.0, id.hook.0, batch.now.0], |row| {
            Ok((TenantId(row.get(0)?), row.get::<_, i64>(1)?, row::trigger(row, 2)?))
        })
        .optional()?;
    let Some((tenant, crashes, trigger)) = ended else { return Ok(()) };
    if crashes < i64::from(CRASHES_MAX) {
        batch.memory.fair.count(tenant, 1, -1);
        batch.memory.fair.due(tenant, Lane::Retry, batch.now);
        return Ok(());
    }
    delivery::bury(batch, id, POISON)?;
    batch.memory.fair.count(tenant, 0, -1);
    log::insert(batch, tenant, Some(id.hook), Some(id.event), &grave::entry(trigger, crashes))?;
    Ok(())
}

/// Counts the leases of a process that is gone as crashes, and makes them due at once. Only one process can have a SQLite
/// database open for writing, so every lease found on opening is such a one.
pub(super) fn end_all(db: &Connection, now: Timestamp) -> Result<usize, Error> {
    let ids = db
        .prepare("SELECT event, hook FROM delivery INDEXED BY delivery_leased WHERE state = 1")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, i64)>, _>>()?;
    // They stay leased, to be found as leases that ran out: there is one place that looks for suspects and buries.
    let mut update = db.prepare("UPDATE delivery SET next_at = ?3 WHERE event = ?1 AND hook = ?2")?;
    for (event, hook) in &ids {
        update.execute(params![event, hook, now.0])?;
    }
    Ok(ids.len())
}

/// After the clock was set back from `before`: makes first attempts due that are due in the future only because of that, and
/// lets other attempts wait for as long as they would have waited.
pub(super) fn pull_forward(db: &mut Connection, before: Timestamp, now: Timestamp) -> Result<(), Error> {
    let transaction = db.transaction()?;
    transaction.execute(
        "UPDATE delivery SET next_at = ?1 WHERE attempts + crashes = 0 AND reason IS NULL AND (event, hook) IN \
         (SELECT event, hook FROM delivery INDEXED BY delivery_due WHERE state = 0 AND next_at > ?1)",
        [now.0],
    )?;
    let back = before.0.saturating_sub(now.0);
    if back > 0 {
        transaction.execute(
            "UPDATE delivery SET next_at = max(next_at - ?2, ?1) WHERE (event, hook) IN \
             (SELECT event, hook FROM delivery INDEXED BY delivery_retry WHERE state = 5 AND next_at > ?1)",
            [now.0, back],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// Gives deliveries back, due at once.
pub(super) fn release(batch: &mut Batch<'_>, leases: &[LeaseKey]) -> Result<(), Error> {
    leases.iter().try_for_each(|key| give_back(batch, *key, batch.now, None))
}

/// Gives a delivery back that cannot run now.
pub(super) fn postpone(batch: &mut Batch<'_>, key: LeaseKey, delay: Duration, reason: &str) -> Result<(), Error> {
    let due = Timestamp(batch.now.0.saturating_add(millis(delay)));
    give_back(batch, key, due, Some(reason).filter(|reason| !reason.is_empty()))
}

fn give_back(batch: &mut Batch<'_>, key: LeaseKey, due: Timestamp, reason: Option<&str>) -> Result<(), Error> {
    let given = batch
        .db
        .prepare_cached(
            "UPDATE delivery SET state = CASE WHEN attempts + crashes = 0 THEN 0 ELSE 5 END, next_at = ?4, reason = ?5, \
             begun = 0 WHERE event = ?1 AND hook = ?2 AND state = 1 AND fence = ?3 RETURNING tenant, state = 5",
        )?
        .query_row(params![key.delivery.event.0, key.delivery.hook.0, key.fence, due.0, reason], |row| {
            Ok((TenantId(row.get(0)?), if row.get(1)? { Lane::Retry } else { Lane::Fresh }))
        })
        .optional()?;
    if let Some((tenant, lane)) = given {
        batch.memory.leases.remove(key.delivery);
        batch.memory.fair.count(tenant, 1, -1);
        batch.memory.fair.due(tenant, lane, due);
        batch.memory.wake = true;
    }
    Ok(())
}

/// Makes leases end later, and answers those that still were held.
pub(super) fn extend(batch: &mut Batch<'_>, leases: &[LeaseKey], lease: Duration) -> Result<Vec<LeaseKey>, Error> {
    let ends = Timestamp(batch.now.0.saturating_add(millis(lease)));
    let mut update = batch.db.prepare_cached(
        "UPDATE delivery SET next_at = ?4 WHERE event = ?1 AND hook = ?2 AND state = 1 AND fence = ?3",
    )?;
    let mut kept = Vec::with_capacity(leases.len());
    for key in leases {
        let updated = update.execute(params![key.delivery.event.0, key.delivery.hook.0, key.fence, ends.0])?;
        if updated == 1 {
            batch.memory.leases.set(key.delivery, ends);
            kept.push(*key);
        }
    }
    Ok(kept)
}
