//! Deliveries that ended and run once more.

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};

use super::writer::Batch;
use super::{audit, hook, row};
use crate::engine::Caller;
use crate::event::SCANNED_MAX;
use crate::fair::Lane;
use crate::number::{DEAD, SUCCEEDED};
use crate::replay::{self, Replayable};
use crate::{Error, ReplayFilter, id, number, user};

/// Replays one delivery, or says why it cannot be.
pub(super) fn one(batch: &mut Batch<'_>, caller: Caller, delivery: DeliveryId) -> Result<(), Error> {
    batch.memory.check_there(caller.tenant)?;
    let found = batch
        .db
        .prepare_cached(
            "SELECT d.state, h.deleted_at IS NOT NULL, h.name FROM delivery d JOIN hook h ON h.number = d.hook \
             WHERE d.event = ?1 AND d.hook = ?2 AND d.tenant = ?3",
        )?
        .query_row(params![delivery.event.0, delivery.hook.0, caller.tenant.0], |row| {
            Ok((row::delivery_state(row, 0)?, row.get::<_, bool>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let Some((state, is_deleted, name)) = found else {
        return Err(Error::NotFound { what: "delivery", name: delivery.to_string() });
    };
    replay::check(delivery, state, &name, is_deleted)?;
    put_back(batch, caller.tenant, delivery)?;
    audit::insert(batch, caller, "replay delivery", &delivery.to_string(), &serde_json::json!({}))
}

/// Replays those that still can be; how many.
pub(super) fn many(
    batch: &mut Batch<'_>,
    caller: Caller,
    deliveries: &[DeliveryId],
    filter: &serde_json::Value,
) -> Result<u64, Error> {
    batch.memory.check_there(caller.tenant)?;
    let mut replayed = 0;
    for delivery in deliveries {
        replayed += u64::from(put_back(batch, caller.tenant, *delivery)?);
    }
    if replayed > 0 {
        let details = serde_json::json!({"filter": filter, "replayed": replayed});
        audit::insert(batch, caller, "replay deliveries", "deliveries", &details)?;
    }
    Ok(replayed)
}

/// Makes a delivery that ended due, behind all first attempts; whether it had ended and its hook is still there. The
/// attempts so far are none of its new schedule; those that ended without a trace are numbered with the others.
fn put_back(batch: &mut Batch<'_>, tenant: TenantId, delivery: DeliveryId) -> Result<bool, Error> {
    let sql = "SELECT d.state FROM delivery d JOIN hook h ON h.number = d.hook \
               WHERE d.event = ?1 AND d.hook = ?2 AND d.tenant = ?3 AND d.state IN (2, 3) AND h.deleted_at IS NULL";
    let key = params![delivery.event.0, delivery.hook.0, tenant.0];
    let state: Option<i16> = batch.db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?;
    let Some(state) = state else { return Ok(false) };
    batch
        .db
        .prepare_cached(
            "UPDATE delivery SET state = 5, next_at = ?3, reason = NULL, attempts = attempts + crashes, crashes = 0, \
             replayed_after = attempts + crashes WHERE event = ?1 AND hook = ?2",
        )?
        .execute(params![delivery.event.0, delivery.hook.0, batch.now.0])?;
    if state == DEAD {
        batch.memory.dead = batch.memory.dead.saturating_sub(1);
    }
    batch.memory.fair.count(tenant, 1, 0);
    batch.memory.fair.due(tenant, Lane::Retry, batch.now);
    batch.memory.wake = true;
    Ok(true)
}

/// Deliveries that match and whose hook is still there, newest event first.
pub(super) fn replayable(db: &Connection, tenant: TenantId, filter: &ReplayFilter) -> Result<Replayable, Error> {
    let hook = match &filter.hook_id {
        Some(id) => match hook::number(db, tenant, id)? {
            Some(number) => Some(number.0),
            None => return Ok(Replayable::default()),
        },
        None => None,
    };
    let (mut ids, mut total) = (Vec::new(), 0);
    for state in filter.states() {
        let from = if state == DeliveryState::Dead {
            "delivery d INDEXED BY delivery_dead CROSS JOIN event e ON e.id = d.event JOIN hook h ON h.number = d.hook \
             WHERE d.state = 3 AND d.tenant = ?1 AND d.event >= ?2 AND d.event < ?3"
        } else {
            "event e INDEXED BY event_tenant CROSS JOIN delivery d ON d.event = e.id JOIN hook h ON h.number = d.hook \
             WHERE d.state = 2 AND e.tenant = ?1 AND e.id >= ?2 AND e.id < ?3"
        };
        let matching = format!(
            "FROM {from} AND h.deleted_at IS NULL AND (?4 IS NULL OR e.trigger = ?4) AND (?5 IS NULL OR d.hook = ?5)"
        );
        let sql = format!("SELECT d.event, d.hook, e.user {matching} ORDER BY d.event DESC, d.hook LIMIT ?6");
        let most = if filter.user.is_some() { SCANNED_MAX } else { filter.take() };
        let mut values: Vec<Value> = vec![
            tenant.0.into(),
            filter.since.map_or(0, id::first_at).into(),
            filter.until.map_or(i64::MAX, id::first_at).into(),
            filter.trigger.map(number::of_trigger).into(),
            hook.into(),
            most.into(),
        ];
        let mut select = db.prepare_cached(&sql)?;
        let mut rows = select.query(params_from_iter(&values))?;
        let (before, mut read) = (ids.len(), 0);
        while let Some(row) = rows.next()? {
            read += 1;
            let is_meant = match &filter.user {
                Some(wanted) => user::is_about(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?, wanted),
                None => true,
            };
            if is_meant {
                ids.push(DeliveryId { event: EventId(row.get(0)?), hook: HookNumber(row.get(1)?) });
            }
        }
        total += if read == most && filter.counts_all() {
            values.pop();
            let sql = format!("SELECT count(*) {matching}");
            db.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?
        } else {
            (ids.len() - before) as u64
        };
    }
    debug_assert_eq!((SUCCEEDED, DEAD), (2, 3), "the statements are made for these numbers");
    ids.sort_by_key(|delivery: &DeliveryId| (std::cmp::Reverse(delivery.event.0), delivery.hook.0));
    ids.truncate(filter.take() as usize);
    Ok(Replayable { ids, total })
}
